#include "CPublishedSplit.h"

// The package's C is C17, but clang takes #embed there too.
#pragma clang diagnostic ignored "-Wc23-extensions"

// Made by Tests/Fixtures/make_split.py, which says what the numbers are.
static const unsigned char bytes[] = {
#embed "indices.bin"
};

const unsigned char *published_split_bytes(void) { return bytes; }

long published_split_byte_count(void) { return sizeof bytes; }
