#include "kernels/gemm/generic.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {

void gemm_f32_2x16__scalar(const GemmPanel& panel) { gemm_panel<simd::scalar::f32, 2>(panel); }

}  // namespace fastcnn::kernels
