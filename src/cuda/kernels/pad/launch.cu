#include "cuda/kernels/pad/kernel.cuh"

namespace fastcnn::cuda {

void pad(const Pad& arguments, cudaStream_t stream) {
  launch(&pad_kernel, dim3(blocks(arguments.size, kPadThreads)), dim3(kPadThreads), stream,
         arguments);
}

}  // namespace fastcnn::cuda
