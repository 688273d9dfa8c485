// The two operations on eight Floats that Swift's SIMD types only offer lane by lane. Whether a loop over lanes becomes
// one instruction is up to the optimiser: it leaves square roots scalar (eight times slower), and takes some chains of
// fused multiply-adds to pieces, depending on the code around them. These are one instruction each.

#ifndef CVECTOR_H
#define CVECTOR_H

typedef float vector8 __attribute__((ext_vector_type(8)));

/// a * b + c in each lane, rounded once.
static inline __attribute__((always_inline)) vector8 vector8_multiply_add(
    vector8 a, vector8 b, vector8 c) {
  return __builtin_elementwise_fma(a, b, c);
}

/// The square root of each lane, correctly rounded.
static inline __attribute__((always_inline)) vector8 vector8_square_root(vector8 a) {
  return __builtin_elementwise_sqrt(a);
}

/// Asks for the cache line at `address`, for reading later. Any address will do.
static inline __attribute__((always_inline)) void prefetch_line(const void *address) {
  __builtin_prefetch(address, 0, 2);
}

#endif
