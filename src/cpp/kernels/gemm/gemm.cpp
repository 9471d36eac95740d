#include "kernels/gemm/gemm.h"

#include <algorithm>

#include "kernels/select.h"

namespace fastcnn::kernels {

const GemmKernel& select_gemm() {
  static constexpr GemmKernel kList[] = {
#define FASTCNN_KERNEL(isa, fn, mr, nr) {#fn, cpu::Isa::isa, fn, mr, nr},
#include "kernels/gemm/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(kList);
}

void pack_gemm(const GemmPack& pack, const float* src, float* dst, std::size_t first,
               std::size_t last) {
  const std::size_t nr = pack.nr;
  for (std::size_t p = first; p < last; ++p) {
    float* panel = dst + p * pack.depth * nr;
    const float* corner = src + p * nr * pack.col_stride;
    const std::size_t cols = std::min(nr, pack.cols - p * nr);
    if (cols < nr) std::fill(panel, panel + pack.depth * nr, 0.0f);
    if (pack.col_stride == 1) {
      for (std::size_t k = 0; k < pack.depth; ++k) {
        const float* row = corner + k * pack.depth_stride;
        std::copy(row, row + cols, panel + k * nr);
      }
    } else {
      for (std::size_t j = 0; j < cols; ++j) {
        const float* column = corner + j * pack.col_stride;
        for (std::size_t k = 0; k < pack.depth; ++k) {
          panel[k * nr + j] = column[k * pack.depth_stride];
        }
      }
    }
  }
}

}  // namespace fastcnn::kernels
