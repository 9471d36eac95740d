#pragma once

#include <immintrin.h>

#include "simd/inline.h"
#include "simd/vec_avx512.h"

// Stores past the caches. The address is a multiple of the vector's bytes; a fence comes before
// other threads read what was stored.
namespace fastcnn::simd::avx512 {

FASTCNN_INLINE void stream(float* p, f32 a) { _mm512_stream_ps(p, a.v); }

}  // namespace fastcnn::simd::avx512
