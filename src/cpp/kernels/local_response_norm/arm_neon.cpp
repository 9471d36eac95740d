#include "kernels/local_response_norm/generic.h"
#include "simd/vec_neon.h"

namespace fastcnn::kernels {

void local_response_norm_f32_nchwc__neon(const LocalResponseNorm& n) {
  local_response_norm<simd::neon::f32>(n);
}

}  // namespace fastcnn::kernels
