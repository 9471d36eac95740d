#include "cuda/kernels/elementwise/kernel.cuh"

namespace fastcnn::cuda {
namespace {

template <Function kFunction>
void run(const Elementwise& arguments, cudaStream_t stream) {
  launch(&elementwise_kernel<kFunction>, dim3(blocks(arguments.size, 4 * kElementwiseThreads)),
         dim3(kElementwiseThreads), stream, arguments);
}

}  // namespace

void elementwise(Function function, const Elementwise& arguments, cudaStream_t stream) {
  switch (function) {
    case Function::kClip:
      return run<Function::kClip>(arguments, stream);
    case Function::kSigmoid:
      return run<Function::kSigmoid>(arguments, stream);
    case Function::kTanh:
      return run<Function::kTanh>(arguments, stream);
    case Function::kLeakyRelu:
      return run<Function::kLeakyRelu>(arguments, stream);
    case Function::kAdd:
      return run<Function::kAdd>(arguments, stream);
    case Function::kMultiply:
      return run<Function::kMultiply>(arguments, stream);
  }
}

}  // namespace fastcnn::cuda
