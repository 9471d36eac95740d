#include "cuda/kernels/copy2d/kernel.cuh"

namespace fastcnn::cuda {

void copy2d(const Copy2d& copy, std::size_t element_bytes, cudaStream_t stream) {
  void (*const kernel)(Copy2d) = element_bytes == 1   ? &copy2d_kernel<std::uint8_t>
                                 : element_bytes == 2 ? &copy2d_kernel<std::uint16_t>
                                 : element_bytes == 4 ? &copy2d_kernel<std::uint32_t>
                                                      : &copy2d_kernel<std::uint64_t>;
  launch(kernel, dim3(blocks(copy.rows * copy.run, kCopyThreads)), dim3(kCopyThreads), stream,
         copy);
}

}  // namespace fastcnn::cuda
