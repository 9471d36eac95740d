#include "kernels/peak/generic.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {

float peak_fma_f32__scalar(std::size_t rounds) { return peak_fma<simd::scalar::f32>(rounds); }

}  // namespace fastcnn::kernels
