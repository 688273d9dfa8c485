#include "CFashionCNN.h"

// The package's C is C17, but clang takes #embed there too.
#pragma clang diagnostic ignored "-Wc23-extensions"

// Made by `atelier train classifier`; see FashionCNN.swift.
static const unsigned char bytes[] = {
#embed "fashion-cnn-v1.safetensors"
};

const unsigned char *fashion_cnn_bytes(void) { return bytes; }

long fashion_cnn_byte_count(void) { return sizeof bytes; }
