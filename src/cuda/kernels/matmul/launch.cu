#include <algorithm>

#include "cuda/kernels/matmul/kernel.cuh"

namespace fastcnn::cuda {

void matmul(const Matmul& arguments, cudaStream_t stream) {
  constexpr std::int64_t kMost = 65535;  // blocks along y and z
  const dim3 grid(
      blocks(arguments.m, kMatmulTile),
      static_cast<unsigned>(std::min<std::int64_t>(blocks(arguments.n, kMatmulTile), kMost)),
      static_cast<unsigned>(std::min<std::int64_t>(arguments.matrices, kMost)));
  launch(&matmul_kernel, grid, dim3(kMatmulThreads), stream, arguments);
}

}  // namespace fastcnn::cuda
