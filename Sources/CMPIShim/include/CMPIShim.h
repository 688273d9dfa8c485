// The part of MPI that Collectives uses, as plain C functions that Swift can import: Open MPI's handles are macros with
// casts, which Swift can't. This header does not include <mpi.h>, so that nothing else of MPI reaches Swift.
//
// Every function returns MPI's status, 0 for success; `cmpi_error_string` puts it in words. Counts are `size_t`: where
// MPI takes an `int`, larger ones are split inside. All messages of a communicator have one tag and arrive in the order
// they were posted between two ranks; messages of two communicators never mix. Only the thread that called `cmpi_init`
// may call the others.

#ifndef CMPI_SHIM_H
#define CMPI_SHIM_H

#include <stddef.h>
#include <stdint.h>

/// A message in flight. The word holds MPI's own handle, whatever its type; 0 bits have no meaning.
typedef struct {
  uintptr_t handle;
} cmpi_request;

/// Processes that exchange messages, numbered from 0. The word holds MPI's own handle, whatever its type; 0 bits have no
/// meaning.
typedef struct {
  uintptr_t handle;
} cmpi_communicator;

/// Where this process is among those of a communicator, and among those of them on its node.
typedef struct {
  int rank, size, local_rank, local_size;
} cmpi_place;

/// Starts MPI (MPI_THREAD_FUNNELED, errors returned) and tells the communicator of all processes of the job.
int cmpi_init(cmpi_communicator *_Nonnull world, cmpi_place *_Nonnull place);

/// Makes a communicator of those processes that give the same `color`, at least 0, in the order of their ranks. Every
/// process of `parent` calls it. Blocks.
int cmpi_split(
    cmpi_communicator parent, int color, cmpi_communicator *_Nonnull part, cmpi_place *_Nonnull place);

/// Ends MPI. Blocks until every rank calls it.
int cmpi_finalize(void);

/// Ends every process of the job; the launcher returns `code`.
_Noreturn void cmpi_abort(int code);

/// Starts to send `count` bytes to rank `peer`. They must stay as they are until `cmpi_test` says done.
int cmpi_isend(
    cmpi_communicator communicator, const void *_Nonnull bytes, size_t count, int peer,
    cmpi_request *_Nonnull request);

/// Starts to receive `count` bytes from rank `peer`. They must not be touched until `cmpi_test` says done.
int cmpi_irecv(
    cmpi_communicator communicator, void *_Nonnull bytes, size_t count, int peer,
    cmpi_request *_Nonnull request);

/// Moves messages on, and sets `done` to 1 when this one is complete (its request is then spent), otherwise to 0.
int cmpi_test(cmpi_request *_Nonnull request, int *_Nonnull done);

/// Replaces `values` on every rank by their sum over all ranks, in whatever order MPI likes. Blocks.
int cmpi_allreduce_sum_float(cmpi_communicator communicator, float *_Nonnull values, size_t count);
int cmpi_allreduce_sum_double(cmpi_communicator communicator, double *_Nonnull values, size_t count);

/// Sets bit i of `mask` for each core i that this process may run on; no bit where the system doesn't tell. It is here
/// because Swift's Glibc hides the call. Needs no `cmpi_init`.
void cmpi_own_cores(uint8_t *_Nonnull mask, size_t capacity);

/// Name and version of the MPI library, cut to `capacity` with its closing 0. Needs no `cmpi_init`.
int cmpi_library_version(char *_Nonnull text, size_t capacity);

/// The meaning of a status, cut to `capacity` with its closing 0.
int cmpi_error_string(int status, char *_Nonnull text, size_t capacity);

#endif
