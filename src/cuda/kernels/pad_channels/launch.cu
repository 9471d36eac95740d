#include "cuda/kernels/pad_channels/kernel.cuh"

namespace fastcnn::cuda {

void pad_channels(const PadChannels& pad, cudaStream_t stream) {
  const std::int64_t size = std::int64_t{pad.rows} * pad.pitch;
  launch(&pad_channels_kernel, dim3(blocks(size, kPadChannelThreads)), dim3(kPadChannelThreads),
         stream, pad);
}

}  // namespace fastcnn::cuda
