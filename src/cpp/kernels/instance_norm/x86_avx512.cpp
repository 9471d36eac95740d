#include "kernels/instance_norm/generic.h"
#include "simd/vec_avx512.h"

namespace fastcnn::kernels {

void instance_norm_f32_nchwc__avx512(const InstanceNorm& n) { instance_norm<simd::avx512::f32>(n); }

}  // namespace fastcnn::kernels
