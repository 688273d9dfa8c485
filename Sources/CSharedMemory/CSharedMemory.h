// What processes of one host need to share memory and Swift's Glibc module leaves out: memory files, and waiting for a
// word of them to change.

#ifndef CSHAREDMEMORY_H
#define CSHAREDMEMORY_H

#include <limits.h>
#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/// A new file that lives in memory, has no name, and goes with the last reference to it; -1 with `errno` where the
/// system makes none. Not bounded by the size of /dev/shm. Flag 1 closes it on exec.
extern int memfd_create(const char *name, unsigned int flags);

extern long syscall(long number, ...);

/// The word as another process left it, with all that it had written before.
static inline uint32_t csm_load(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }

/// Changes the word, after all that this process has written before, and wakes who waits for it.
static inline void csm_store_and_wake(uint32_t *word, uint32_t value) {
  __atomic_store_n(word, value, __ATOMIC_RELEASE);
  syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, (void *)0, (void *)0, 0);
}

/// Sleeps while the word is `seen`, up to so many nanoseconds (below 1e9); may return sooner for no reason.
static inline void csm_wait(const uint32_t *word, uint32_t seen, long nanoseconds) {
  struct timespec limit = {0, nanoseconds};
  syscall(SYS_futex, word, FUTEX_WAIT, seen, &limit, (void *)0, 0);
}

#endif
