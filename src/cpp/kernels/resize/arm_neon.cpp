#include "kernels/resize/generic.h"
#include "simd/vec_neon.h"

namespace fastcnn::kernels {

void resize_f32_nchwc__neon(const Resize& r) { resize<simd::neon::f32>(r); }

}  // namespace fastcnn::kernels
