#include "kernels/local_response_norm/generic.h"
#include "simd/vec_avx2.h"

namespace fastcnn::kernels {

void local_response_norm_f32_nchwc__avx2(const LocalResponseNorm& n) {
  local_response_norm<simd::avx2::f32>(n);
}

}  // namespace fastcnn::kernels
