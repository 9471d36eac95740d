#include "cuda/kernels/elementwise/kernel.cuh"

namespace fastcnn::cuda {
namespace {

template <typename F>
void run(const Elementwise& arguments, cudaStream_t stream) {
  launch(&elementwise_kernel<F>, dim3(blocks(arguments.size, 4 * kElementwiseThreads)),
         dim3(kElementwiseThreads), stream, arguments);
}

template <typename F>
void run_broadcast(const Broadcast& arguments, cudaStream_t stream) {
  launch(&broadcast_kernel<F>, dim3(blocks(arguments.each.size, kElementwiseThreads)),
         dim3(kElementwiseThreads), stream, arguments);
}

}  // namespace

void elementwise(Function function, const Elementwise& arguments, cudaStream_t stream) {
  switch (function) {
#define FASTCNN_UNARY(name, result) \
  case Function::k##name:           \
    return run<functions::name>(arguments, stream);
#define FASTCNN_BINARY(name, result) FASTCNN_UNARY(name, result)
#define FASTCNN_ALIKE(name, result) FASTCNN_UNARY(name, result)
#include "cuda/kernels/elementwise/functions.inc"
#undef FASTCNN_UNARY
#undef FASTCNN_BINARY
#undef FASTCNN_ALIKE
  }
}

void broadcast(Function function, const Broadcast& arguments, cudaStream_t stream) {
  switch (function) {
#define FASTCNN_UNARY(name, result) \
  case Function::k##name:           \
    break;
#define FASTCNN_BINARY(name, result) \
  case Function::k##name:            \
    return run_broadcast<functions::name>(arguments, stream);
#define FASTCNN_ALIKE(name, result) FASTCNN_UNARY(name, result)
#include "cuda/kernels/elementwise/functions.inc"
#undef FASTCNN_UNARY
#undef FASTCNN_BINARY
#undef FASTCNN_ALIKE
  }
  throw Error(ErrorKind::kInternal, "cuda: a function that is not broadcast");
}

}  // namespace fastcnn::cuda
