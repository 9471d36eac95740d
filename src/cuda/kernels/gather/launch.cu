#include "cuda/kernels/gather/kernel.cuh"

namespace fastcnn::cuda {

void gather(const Gather& arguments, std::size_t element_bytes, cudaStream_t stream) {
  void (*const kernel)(Gather) = element_bytes == 1   ? &gather_kernel<std::uint8_t>
                                 : element_bytes == 2 ? &gather_kernel<std::uint16_t>
                                 : element_bytes == 4 ? &gather_kernel<std::uint32_t>
                                                      : &gather_kernel<std::uint64_t>;
  launch(kernel, dim3(blocks(arguments.size, kGatherThreads)), dim3(kGatherThreads), stream,
         arguments);
}

}  // namespace fastcnn::cuda
