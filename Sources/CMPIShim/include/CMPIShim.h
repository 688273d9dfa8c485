// The part of MPI that Collectives uses, as plain C functions that Swift can import: Open MPI's handles are macros with
// casts, which Swift can't. This header does not include <mpi.h>, so that nothing else of MPI reaches Swift.
//
// Every function returns MPI's status, 0 for success; `cmpi_error_string` puts it in words. Counts are `size_t`: where
// MPI takes an `int`, larger ones are split inside. All messages travel in one communicator with one tag, in the order
// they were posted between two ranks. Only the thread that called `cmpi_init` may call the others.

#ifndef CMPI_SHIM_H
#define CMPI_SHIM_H

#include <stddef.h>
#include <stdint.h>

/// A message in flight. The word holds MPI's own handle, whatever its type; 0 bits have no meaning.
typedef struct {
  uintptr_t handle;
} cmpi_request;

/// Starts MPI (MPI_THREAD_FUNNELED, errors returned) and tells the place of this process in the job and on its node.
int cmpi_init(
    int *_Nonnull rank, int *_Nonnull size, int *_Nonnull local_rank, int *_Nonnull local_size);

/// Ends MPI. Blocks until every rank calls it.
int cmpi_finalize(void);

/// Ends every process of the job; the launcher returns `code`.
_Noreturn void cmpi_abort(int code);

/// Starts to send `count` bytes to rank `peer`. They must stay as they are until `cmpi_test` says done.
int cmpi_isend(
    const void *_Nonnull bytes, size_t count, int peer, cmpi_request *_Nonnull request);

/// Starts to receive `count` bytes from rank `peer`. They must not be touched until `cmpi_test` says done.
int cmpi_irecv(void *_Nonnull bytes, size_t count, int peer, cmpi_request *_Nonnull request);

/// Moves messages on, and sets `done` to 1 when this one is complete (its request is then spent), otherwise to 0.
int cmpi_test(cmpi_request *_Nonnull request, int *_Nonnull done);

/// Replaces `values` on every rank by their sum over all ranks, in whatever order MPI likes. Blocks.
int cmpi_allreduce_sum_float(float *_Nonnull values, size_t count);
int cmpi_allreduce_sum_double(double *_Nonnull values, size_t count);

/// Sets bit i of `mask` for each core i that this process may run on; no bit where the system doesn't tell. It is here
/// because Swift's Glibc hides the call. Needs no `cmpi_init`.
void cmpi_own_cores(uint8_t *_Nonnull mask, size_t capacity);

/// Name and version of the MPI library, cut to `capacity` with its closing 0. Needs no `cmpi_init`.
int cmpi_library_version(char *_Nonnull text, size_t capacity);

/// The meaning of a status, cut to `capacity` with its closing 0.
int cmpi_error_string(int status, char *_Nonnull text, size_t capacity);

#endif
