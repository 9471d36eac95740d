#include "kernels/peak/generic.h"
#include "simd/vec_avx512.h"

namespace fastcnn::kernels {

float peak_fma_f32__avx512(std::size_t rounds) { return peak_fma<simd::avx512::f32>(rounds); }

}  // namespace fastcnn::kernels
