#include "cuda/kernels/strided_copy/kernel.cuh"

namespace fastcnn::cuda {

void strided_copy(const StridedCopy& copy, std::size_t element_bytes, cudaStream_t stream) {
  void (*const kernel)(StridedCopy) = element_bytes == 1   ? &strided_copy_kernel<std::uint8_t>
                                      : element_bytes == 2 ? &strided_copy_kernel<std::uint16_t>
                                      : element_bytes == 4 ? &strided_copy_kernel<std::uint32_t>
                                                           : &strided_copy_kernel<std::uint64_t>;
  launch(kernel, dim3(blocks(copy.size, kStridedThreads)), dim3(kStridedThreads), stream, copy);
}

}  // namespace fastcnn::cuda
