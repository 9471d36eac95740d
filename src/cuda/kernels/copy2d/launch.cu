#include "cuda/kernels/copy2d/kernel.cuh"

namespace fastcnn::cuda {

void copy2d(const Copy2d& copy, cudaStream_t stream) {
  launch(&copy2d_kernel, dim3(blocks(copy.rows * copy.run, kCopyThreads)), dim3(kCopyThreads),
         stream, copy);
}

}  // namespace fastcnn::cuda
