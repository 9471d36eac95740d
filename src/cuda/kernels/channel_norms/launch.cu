#include "cuda/kernels/channel_norms/kernel.cuh"

namespace fastcnn::cuda {
namespace {

bool is_nhwc(const ChannelPlaces& at) { return at.channel_stride == 1; }

}  // namespace

void instance_norm(const InstanceNorm& norm, cudaStream_t stream) {
  if (is_nhwc(norm.at)) {
    const unsigned groups = blocks(norm.at.channels, 32);
    launch(&instance_norm_kernel<32>, dim3(static_cast<unsigned>(norm.at.samples) * groups),
           dim3(kNormThreads), stream, norm);
  } else {
    launch(&instance_norm_kernel<1>,
           dim3(static_cast<unsigned>(norm.at.samples) * static_cast<unsigned>(norm.at.channels)),
           dim3(kNormThreads), stream, norm);
  }
}

void local_response_norm(const LocalResponseNorm& norm, cudaStream_t stream) {
  const std::int64_t size =
      static_cast<std::int64_t>(norm.at.samples) * norm.at.channels * norm.at.pixels;
  launch(is_nhwc(norm.at) ? &local_response_norm_kernel<true> : &local_response_norm_kernel<false>,
         dim3(blocks(size, kNormThreads)), dim3(kNormThreads), stream, norm);
}

}  // namespace fastcnn::cuda
