#include "kernels/instance_norm/generic.h"
#include "simd/vec_avx2.h"

namespace fastcnn::kernels {

void instance_norm_f32_nchwc__avx2(const InstanceNorm& n) { instance_norm<simd::avx2::f32>(n); }

}  // namespace fastcnn::kernels
