#pragma once

// Everything in simd/ and in a family's generic.h is `static` by this macro: an ISA object exports
// its kernels and nothing else, so the linker can never keep a copy made for a wider ISA.
#define FASTCNN_INLINE static inline __attribute__((always_inline))
#define FASTCNN_MEMBER inline __attribute__((always_inline))
