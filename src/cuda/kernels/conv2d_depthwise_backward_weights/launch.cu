#include <algorithm>

#include "cuda/kernels/conv2d_depthwise_backward_weights/kernel.cuh"

namespace fastcnn::cuda {
namespace {

constexpr std::int64_t kFewestTapPixels = 512;  // of a part
constexpr std::int64_t kMostTapParts = 64;

}  // namespace

void split_pixels(Conv2dDepthwiseBackwardWeights& conv) {
  std::int64_t parts = std::min(std::int64_t{blocks(conv.pixels, kFewestTapPixels)}, kMostTapParts);
  parts = std::max(parts, std::int64_t{1});
  conv.splits = static_cast<std::int32_t>(parts);
  conv.split_pixels = static_cast<std::int32_t>((conv.pixels + parts - 1) / parts);
}

void conv2d_depthwise_backward_weights(const Conv2dDepthwiseBackwardWeights& conv,
                                       cudaStream_t stream) {
  const dim3 grid(blocks(conv.oc, kTapChannels), static_cast<unsigned>(conv.tap_count),
                  static_cast<unsigned>(conv.splits));
  launch(&conv2d_depthwise_backward_weights_kernel, grid, dim3(kTapChannels, kTapPixels), stream,
         conv);
}

}  // namespace fastcnn::cuda
