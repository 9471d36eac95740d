#include "cuda/kernels/strided_copy/kernel.cuh"

namespace fastcnn::cuda {

void strided_copy(const StridedCopy& copy, cudaStream_t stream) {
  launch(&strided_copy_kernel, dim3(blocks(copy.size, kStridedThreads)), dim3(kStridedThreads),
         stream, copy);
}

}  // namespace fastcnn::cuda
