#include "kernels/resize/generic.h"
#include "simd/vec_avx512.h"

namespace fastcnn::kernels {

void resize_f32_nchwc__avx512(const Resize& r) { resize<simd::avx512::f32>(r); }

}  // namespace fastcnn::kernels
