#include "kernels/peak/generic.h"
#include "simd/vec_neon.h"

namespace fastcnn::kernels {

float peak_fma_f32__neon(std::size_t rounds) { return peak_fma<simd::neon::f32>(rounds); }

}  // namespace fastcnn::kernels
