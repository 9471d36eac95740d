#include "cuda/kernels/pack_weights/kernel.cuh"

namespace fastcnn::cuda {

void pack_weights(const PackWeights& pack, cudaStream_t stream) {
  const std::int64_t tiles =
      std::int64_t{blocks(pack.columns, kPackTile)} * blocks(pack.rows, kPackTile) * pack.groups;
  launch(&pack_weights_kernel, dim3(static_cast<unsigned>(tiles)), dim3(kPackThreads), stream,
         pack);
}

void pack_fragments(const PackWeights& pack, Precision precision, cudaStream_t stream) {
  void (*kernel)(PackWeights) = nullptr;
  switch (precision) {
    case Precision::kFloat32:
      throw Error(ErrorKind::kInternal, "pack_fragments: float32 has no fragments");
    case Precision::kTf32:
      kernel = &pack_fragments_kernel<Tf32>;
      break;
    case Precision::kFloat16:
      kernel = &pack_fragments_kernel<Float16>;
      break;
    case Precision::kBfloat16:
      kernel = &pack_fragments_kernel<Bfloat16>;
      break;
  }
  const std::int64_t lanes =
      static_cast<std::int64_t>(pack.groups) * pack.rows * (pack.columns / 4);
  launch(kernel, dim3(blocks(lanes, kPackThreads)), dim3(kPackThreads), stream, pack);
}

}  // namespace fastcnn::cuda
