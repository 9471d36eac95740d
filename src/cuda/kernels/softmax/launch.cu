#include "cuda/kernels/softmax/kernel.cuh"

namespace fastcnn::cuda {
namespace {

template <typename Arguments>
void launch_along(void (*by_warp)(Arguments), void (*by_thread)(Arguments),
                  const Arguments& arguments, cudaStream_t stream) {
  if (arguments.inner == 1) {
    launch(by_warp, dim3(blocks(arguments.rows, kSoftmaxWarps)), dim3(kSoftmaxThreads), stream,
           arguments);
  } else {
    launch(by_thread, dim3(blocks(arguments.rows * arguments.inner, kSoftmaxThreads)),
           dim3(kSoftmaxThreads), stream, arguments);
  }
}

}  // namespace

void softmax(const Softmax& arguments, cudaStream_t stream) {
  launch_along(&softmax_kernel<true, false>, &softmax_kernel<false, false>, arguments, stream);
}

void log_softmax(const Softmax& arguments, cudaStream_t stream) {
  launch_along(&softmax_kernel<true, true>, &softmax_kernel<false, true>, arguments, stream);
}

void softmax_backward(const SoftmaxBackward& arguments, cudaStream_t stream) {
  launch_along(&softmax_backward_kernel<true, false>, &softmax_backward_kernel<false, false>,
               arguments, stream);
}

void log_softmax_backward(const SoftmaxBackward& arguments, cudaStream_t stream) {
  launch_along(&softmax_backward_kernel<true, true>, &softmax_backward_kernel<false, true>,
               arguments, stream);
}

}  // namespace fastcnn::cuda
