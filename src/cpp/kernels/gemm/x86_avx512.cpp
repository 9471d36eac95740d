#include "kernels/gemm/generic.h"
#include "simd/vec_avx512.h"

namespace fastcnn::kernels {

void gemm_f32_8x32__avx512(const GemmPanel& panel) { gemm_panel<simd::avx512::f32, 8>(panel); }

}  // namespace fastcnn::kernels
