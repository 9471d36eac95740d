#include "kernels/gemm/generic.h"
#include "simd/vec_avx2.h"

namespace fastcnn::kernels {

void gemm_f32_6x16__avx2(const GemmPanel& panel) { gemm_panel<simd::avx2::f32, 6>(panel); }

}  // namespace fastcnn::kernels
