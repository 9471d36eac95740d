#include "kernels/resize/generic.h"
#include "simd/vec_avx2.h"

namespace fastcnn::kernels {

void resize_f32_nchwc__avx2(const Resize& r) { resize<simd::avx2::f32>(r); }

}  // namespace fastcnn::kernels
