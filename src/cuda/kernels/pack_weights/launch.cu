#include "cuda/kernels/pack_weights/kernel.cuh"

namespace fastcnn::cuda {

void pack_weights(const PackWeights& pack, cudaStream_t stream) {
  const std::int64_t fours =
      static_cast<std::int64_t>(pack.groups) * pack.rows * (pack.columns / 4);
  launch(&pack_weights_kernel, dim3(blocks(fours, kPackThreads)), dim3(kPackThreads), stream, pack);
}

}  // namespace fastcnn::cuda
