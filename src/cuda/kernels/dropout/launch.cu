#include "cuda/kernels/dropout/kernel.cuh"

namespace fastcnn::cuda {

void dropout(const Dropout& arguments, cudaStream_t stream) {
  launch(&dropout_kernel, dim3(blocks(arguments.size, 4 * kDropoutThreads)), dim3(kDropoutThreads),
         stream, arguments);
}

}  // namespace fastcnn::cuda
