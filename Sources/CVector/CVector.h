// What Swift has no name for: operations on eight Floats that its SIMD types only offer lane by lane, and a prefetch.
// Whether a loop over lanes becomes one instruction is up to the optimiser: it leaves square roots scalar (eight times
// slower), takes some chains of fused multiply-adds to pieces, depending on the code around them, and makes a hundred
// shuffles of sums over lanes. These are one instruction each, the sums a dozen.

#ifndef CVECTOR_H
#define CVECTOR_H

typedef float vector4 __attribute__((ext_vector_type(4)));
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

/// The sum of each vector's lanes, ((0+4)+(2+6))+((1+5)+(3+7)).
static inline __attribute__((always_inline)) vector4 vector8_lane_sums(
    vector8 a, vector8 b, vector8 c, vector8 d) {
  // a's four sums of two lanes, then b's; c's, then d's
  const vector8 ab = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11) +
                     __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
  const vector8 cd = __builtin_shufflevector(c, d, 0, 1, 2, 3, 8, 9, 10, 11) +
                     __builtin_shufflevector(c, d, 4, 5, 6, 7, 12, 13, 14, 15);
  // two sums of four lanes of a, of c, of b, of d
  const vector8 acbd = __builtin_shufflevector(ab, cd, 0, 1, 8, 9, 4, 5, 12, 13) +
                       __builtin_shufflevector(ab, cd, 2, 3, 10, 11, 6, 7, 14, 15);
  return __builtin_shufflevector(acbd, acbd, 0, 4, 2, 6) + __builtin_shufflevector(acbd, acbd, 1, 5, 3, 7);
}

/// Asks for the cache line at `address`, for reading later. Any address will do.
static inline __attribute__((always_inline)) void prefetch_line(const void *address) {
  __builtin_prefetch(address, 0, 2);
}

#endif
