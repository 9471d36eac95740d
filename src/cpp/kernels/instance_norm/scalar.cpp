#include "kernels/instance_norm/generic.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {

void instance_norm_f32_nchwc__scalar(const InstanceNorm& n) { instance_norm<simd::scalar::f32>(n); }

}  // namespace fastcnn::kernels
