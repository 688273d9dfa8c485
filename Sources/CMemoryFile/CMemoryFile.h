// A function of the GNU C library that Swift's Glibc module leaves out.

#ifndef CMEMORYFILE_H
#define CMEMORYFILE_H

/// A new file that lives in memory, has no name, and goes with the last reference to it; -1 with `errno` where the
/// system makes none. Not bounded by the size of /dev/shm. Flag 1 closes it on exec.
extern int memfd_create(const char *name, unsigned int flags);

#endif
