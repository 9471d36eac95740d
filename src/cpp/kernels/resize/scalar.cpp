#include "kernels/resize/generic.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {

void resize_f32_nchwc__scalar(const Resize& r) { resize<simd::scalar::f32>(r); }

}  // namespace fastcnn::kernels
