#include "cuda/kernels/conv2d_depthwise/kernel.cuh"

namespace fastcnn::cuda {
namespace {

// Four channels at a time where they lie alike in the image and in the result.
bool takes_four(const Conv2dDepthwise& conv) { return conv.multiplier == 1 && conv.oc % 4 == 0; }

template <int kLanes>
void run(const Conv2dDepthwise& conv, cudaStream_t stream) {
  const std::int64_t threads =
      std::int64_t{conv.images} * conv.oh * blocks(conv.ow, kDepthwisePixels) * (conv.oc / kLanes);
  launch(&conv2d_depthwise_kernel<kLanes>, dim3(blocks(threads, kDepthwiseThreads)),
         dim3(kDepthwiseThreads), stream, conv);
}

}  // namespace

void conv2d_depthwise(const Conv2dDepthwise& conv, cudaStream_t stream) {
  takes_four(conv) ? run<4>(conv, stream) : run<1>(conv, stream);
}

const char* conv2d_depthwise_name(const Conv2dDepthwise& conv) {
  return takes_four(conv) ? "conv2d_depthwise_f32_4x4" : "conv2d_depthwise_f32_4x1";
}

}  // namespace fastcnn::cuda
