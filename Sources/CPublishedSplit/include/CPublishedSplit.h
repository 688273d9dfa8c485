// The published 80/10/10 split of Fashion-MNIST, as data inside the program.

#ifndef CPUBLISHEDSPLIT_H
#define CPUBLISHEDSPLIT_H

/// The content of indices.bin: 70,000 little-endian 32-bit integers.
const unsigned char *published_split_bytes(void);

/// The number of these bytes.
long published_split_byte_count(void);

#endif
