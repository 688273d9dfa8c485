// The weights of the feature network fashion-cnn-v1, as data inside the program.

#ifndef CFASHIONCNN_H
#define CFASHIONCNN_H

/// The content of fashion-cnn-v1.safetensors.
const unsigned char *fashion_cnn_bytes(void);

/// The number of these bytes.
long fashion_cnn_byte_count(void);

#endif
