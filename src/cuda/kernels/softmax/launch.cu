#include "cuda/kernels/softmax/kernel.cuh"

namespace fastcnn::cuda {

void softmax(const Softmax& arguments, cudaStream_t stream) {
  launch(&softmax_kernel, dim3(blocks(arguments.rows, kSoftmaxWarps)), dim3(32 * kSoftmaxWarps),
         stream, arguments);
}

void softmax_backward(const SoftmaxBackward& arguments, cudaStream_t stream) {
  launch(&softmax_backward_kernel, dim3(blocks(arguments.rows, kSoftmaxWarps)),
         dim3(32 * kSoftmaxWarps), stream, arguments);
}

}  // namespace fastcnn::cuda
