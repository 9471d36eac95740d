#include "kernels/peak/generic.h"
#include "simd/vec_avx2.h"

namespace fastcnn::kernels {

float peak_fma_f32__avx2(std::size_t rounds) { return peak_fma<simd::avx2::f32>(rounds); }

}  // namespace fastcnn::kernels
