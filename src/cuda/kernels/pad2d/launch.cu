#include "cuda/kernels/pad2d/kernel.cuh"

namespace fastcnn::cuda {

void pad2d(const Pad2d& pad, cudaStream_t stream) {
  launch(&pad2d_kernel, dim3(blocks(pad.size, kPad2dThreads)), dim3(kPad2dThreads), stream, pad);
}

}  // namespace fastcnn::cuda
