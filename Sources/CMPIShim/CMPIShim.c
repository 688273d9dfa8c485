#define _GNU_SOURCE  // sched_getaffinity
#include "CMPIShim.h"

#include <limits.h>
#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(MPI_Request) <= sizeof(cmpi_request), "MPI_Request does not fit cmpi_request");
_Static_assert(
    sizeof(MPI_Comm) <= sizeof(cmpi_communicator), "MPI_Comm does not fit cmpi_communicator");

static const int tag = 1;

// MARK: - Start and end

static MPI_Comm handle_of(cmpi_communicator communicator) {
  MPI_Comm handle;
  memcpy(&handle, &communicator, sizeof handle);
  return handle;
}

/// Makes `handle` ready for use and tells this process's place in it.
static int describe(MPI_Comm handle, cmpi_communicator *communicator, cmpi_place *place) {
  memcpy(communicator, &handle, sizeof handle);
  int status;
  if ((status = MPI_Comm_set_errhandler(handle, MPI_ERRORS_RETURN))) return status;
  if ((status = MPI_Comm_rank(handle, &place->rank))) return status;
  if ((status = MPI_Comm_size(handle, &place->size))) return status;

  MPI_Comm node;
  status = MPI_Comm_split_type(handle, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  if (status != MPI_SUCCESS) return status;
  if ((status = MPI_Comm_rank(node, &place->local_rank))) return status;
  if ((status = MPI_Comm_size(node, &place->local_size))) return status;
  return MPI_Comm_free(&node);
}

int cmpi_init(cmpi_communicator *world, cmpi_place *place) {
  int provided = MPI_THREAD_SINGLE;
  int status = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  if (status != MPI_SUCCESS) return status;
  if (provided < MPI_THREAD_FUNNELED) return MPI_ERR_OTHER;
  return describe(MPI_COMM_WORLD, world, place);
}

int cmpi_split(
    cmpi_communicator parent, int color, cmpi_communicator *part, cmpi_place *place) {
  MPI_Comm handle;
  int status = MPI_Comm_split(handle_of(parent), color, 0, &handle);
  if (status != MPI_SUCCESS) return status;
  return describe(handle, part, place);
}

int cmpi_finalize(void) { return MPI_Finalize(); }

_Noreturn void cmpi_abort(int code) {
  MPI_Abort(MPI_COMM_WORLD, code);
  _Exit(code);
}

// MARK: - Messages

/// Describes `bytes` bytes to MPI as `*count` elements of `*type`. More than INT_MAX of them become one element of a
/// new type, so that a message is one request however long it is; the caller frees that type once it is in use.
static int message_type(size_t bytes, int *count, MPI_Datatype *type) {
  if (bytes <= INT_MAX) {
    *count = (int)bytes;
    *type = MPI_BYTE;
    return MPI_SUCCESS;
  }
  const size_t block_bytes = (size_t)1 << 30;
  const size_t blocks = bytes / block_bytes;
  if (blocks > INT_MAX) return MPI_ERR_COUNT;

  MPI_Datatype block, types[2];
  int status = MPI_Type_contiguous((int)block_bytes, MPI_BYTE, &block);
  if (status != MPI_SUCCESS) return status;
  types[0] = block;
  types[1] = MPI_BYTE;
  const int lengths[2] = {(int)blocks, (int)(bytes % block_bytes)};
  const MPI_Aint offsets[2] = {0, (MPI_Aint)(blocks * block_bytes)};
  status = MPI_Type_create_struct(2, lengths, offsets, types, type);
  MPI_Type_free(&block);
  if (status != MPI_SUCCESS) return status;
  *count = 1;
  return MPI_Type_commit(type);
}

int cmpi_isend(
    cmpi_communicator communicator, const void *bytes, size_t length, int peer,
    cmpi_request *request) {
  int count;
  MPI_Datatype type;
  MPI_Request handle = MPI_REQUEST_NULL;
  int status = message_type(length, &count, &type);
  if (status != MPI_SUCCESS) return status;
  status = MPI_Isend(bytes, count, type, peer, tag, handle_of(communicator), &handle);
  if (type != MPI_BYTE) MPI_Type_free(&type);
  memcpy(request, &handle, sizeof handle);
  return status;
}

int cmpi_irecv(
    cmpi_communicator communicator, void *bytes, size_t length, int peer, cmpi_request *request) {
  int count;
  MPI_Datatype type;
  MPI_Request handle = MPI_REQUEST_NULL;
  int status = message_type(length, &count, &type);
  if (status != MPI_SUCCESS) return status;
  status = MPI_Irecv(bytes, count, type, peer, tag, handle_of(communicator), &handle);
  if (type != MPI_BYTE) MPI_Type_free(&type);
  memcpy(request, &handle, sizeof handle);
  return status;
}

int cmpi_test(cmpi_request *request, int *done) {
  MPI_Request handle;
  memcpy(&handle, request, sizeof handle);
  int status = MPI_Test(&handle, done, MPI_STATUS_IGNORE);
  memcpy(request, &handle, sizeof handle);
  return status;
}

// MARK: - MPI's own sum

static int allreduce_sum(
    MPI_Comm communicator, void *values, size_t count, size_t stride, MPI_Datatype type) {
  char *next = values;
  while (count > 0) {
    const size_t part = count < INT_MAX ? count : INT_MAX;
    int status = MPI_Allreduce(MPI_IN_PLACE, next, (int)part, type, MPI_SUM, communicator);
    if (status != MPI_SUCCESS) return status;
    next += part * stride;
    count -= part;
  }
  return MPI_SUCCESS;
}

int cmpi_allreduce_sum_float(cmpi_communicator communicator, float *values, size_t count) {
  return allreduce_sum(handle_of(communicator), values, count, sizeof *values, MPI_FLOAT);
}

int cmpi_allreduce_sum_double(cmpi_communicator communicator, double *values, size_t count) {
  return allreduce_sum(handle_of(communicator), values, count, sizeof *values, MPI_DOUBLE);
}

// MARK: - The process and its library

void cmpi_own_cores(uint8_t *mask, size_t capacity) {
  memset(mask, 0, capacity);
  sched_getaffinity(0, capacity, (cpu_set_t *)mask);
}

int cmpi_library_version(char *text, size_t capacity) {
  char version[MPI_MAX_LIBRARY_VERSION_STRING];
  int length;
  int status = MPI_Get_library_version(version, &length);
  if (status == MPI_SUCCESS) snprintf(text, capacity, "%s", version);
  return status;
}

int cmpi_error_string(int code, char *text, size_t capacity) {
  char words[MPI_MAX_ERROR_STRING];
  int length;
  int status = MPI_Error_string(code, words, &length);
  if (status == MPI_SUCCESS) snprintf(text, capacity, "%s", words);
  return status;
}
