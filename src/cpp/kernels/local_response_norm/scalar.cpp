#include "kernels/local_response_norm/generic.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {

void local_response_norm_f32_nchwc__scalar(const LocalResponseNorm& n) {
  local_response_norm<simd::scalar::f32>(n);
}

}  // namespace fastcnn::kernels
