#include "cuda/kernels/resize/kernel.cuh"

namespace fastcnn::cuda {

void resize(const Resize& arguments, int taps, cudaStream_t stream) {
  void (*const kernel)(Resize) = taps == 1   ? &resize_kernel<1>
                                 : taps == 2 ? &resize_kernel<2>
                                             : &resize_kernel<4>;
  launch(kernel, dim3(blocks(arguments.size, kResizeThreads)), dim3(kResizeThreads), stream,
         arguments);
}

}  // namespace fastcnn::cuda
