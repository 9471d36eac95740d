#include "kernels/gemm/generic.h"
#include "simd/vec_neon.h"

namespace fastcnn::kernels {

void gemm_f32_6x16__neon(const GemmPanel& panel) { gemm_panel<simd::neon::f32, 6>(panel); }

}  // namespace fastcnn::kernels
