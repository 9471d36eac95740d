#include "kernels/instance_norm/generic.h"
#include "simd/vec_neon.h"

namespace fastcnn::kernels {

void instance_norm_f32_nchwc__neon(const InstanceNorm& n) { instance_norm<simd::neon::f32>(n); }

}  // namespace fastcnn::kernels
