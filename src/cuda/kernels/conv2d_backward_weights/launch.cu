#include <algorithm>

#include "cuda/kernels/conv2d_backward_weights/kernel.cuh"
#include "cuda/kernels/conv2d_backward_weights/tensor.cuh"

namespace fastcnn::cuda {
namespace {

constexpr std::int64_t kWantedBlocks = 256;
constexpr std::int64_t kFewestPixels = 128;  // of a part

dim3 grid_of(const Conv2dBackwardWeights& conv) {
  return dim3(blocks(conv.rows, conv.tile_rows), blocks(conv.group_oc, kWeightTile),
              static_cast<unsigned>(conv.groups * conv.splits));
}

using WeightKernel = void (*)(Conv2dBackwardWeightsTensor);

template <typename Type>
WeightKernel tensor_kernel(const Conv2dBackwardWeightsTensor& conv) {
  if (conv.tile_rows == 64) return &conv2d_backward_weights_tensor_kernel<WeightConfig<Type, 64>>;
  return &conv2d_backward_weights_tensor_kernel<WeightConfig<Type, 128>>;
}

}  // namespace

void split_pixels(Conv2dBackwardWeights& conv) {
  conv.splits = 1;
  const dim3 grid = grid_of(conv);
  const std::int64_t together = std::int64_t{grid.x} * grid.y * grid.z;
  std::int64_t parts = blocks(kWantedBlocks, together > 0 ? together : 1);
  parts = std::min(parts, std::int64_t{blocks(conv.pixels, kFewestPixels)});
  parts = std::max(std::min(parts, 65535 / std::int64_t{conv.groups}), std::int64_t{1});
  const std::int64_t pixels = (conv.pixels + parts - 1) / parts;
  conv.split_pixels =
      static_cast<std::int32_t>((pixels + kWeightPixels - 1) / kWeightPixels * kWeightPixels);
  conv.splits = conv.split_pixels == 0
                    ? 1
                    : static_cast<std::int32_t>(blocks(conv.pixels, conv.split_pixels));
}

void conv2d_backward_weights(const Conv2dBackwardWeights& conv, bool vector, cudaStream_t stream) {
  launch(vector ? &conv2d_backward_weights_kernel<true> : &conv2d_backward_weights_kernel<false>,
         grid_of(conv), dim3(kWeightThreads), stream, conv);
}

std::int32_t tensor_tile_rows(std::int32_t rows) { return rows > 64 ? 128 : 64; }

void conv2d_backward_weights_tensor(const Conv2dBackwardWeightsTensor& conv, Precision precision,
                                    cudaStream_t stream) {
  require(precision == Precision::kTf32 || precision == Precision::kBfloat16, ErrorKind::kInternal,
          "conv2d_backward_weights: tf32 or bfloat16");
  const WeightKernel kernel =
      precision == Precision::kTf32 ? tensor_kernel<Tf32>(conv) : tensor_kernel<Bfloat16>(conv);
  launch(kernel, grid_of(conv), dim3(kTensorThreads), stream, conv);
}

void sum_weight_parts(const SumWeightParts& parts, cudaStream_t stream) {
  const std::int64_t tiles = std::int64_t{blocks(parts.outputs, kSumTile)} *
                             blocks(std::int64_t{parts.taps} * parts.channels, kSumTile);
  launch(&sum_weight_parts_kernel, dim3(static_cast<unsigned>(tiles * parts.groups)),
         dim3(kWeightThreads), stream, parts);
}

}  // namespace fastcnn::cuda
