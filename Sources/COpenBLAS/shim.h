#include <cblas.h>
#include <stddef.h>

// The two LAPACK routines that the program calls. OpenBLAS has them, its headers don't. Fortran takes everything by
// address and the lengths of strings at the end.

/// Eigenvalues, ascending, and with jobz "V" eigenvectors in the columns of `a`, of a symmetric matrix.
void dsyevd_(
    const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
    const int *lwork, int *iwork, const int *liwork, int *info, size_t jobz_length, size_t uplo_length);

/// Singular values, descending, with jobz "N" alone.
void dgesdd_(
    const char *jobz, const int *m, const int *n, double *a, const int *lda, double *s, double *u, const int *ldu,
    double *vt, const int *ldvt, double *work, const int *lwork, int *iwork, int *info, size_t jobz_length);
