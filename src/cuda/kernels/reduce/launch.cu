#include "cuda/kernels/reduce/kernel.cuh"

namespace fastcnn::cuda {
namespace {

constexpr std::int64_t kReduceElements = 16 * kReduceThreads;  // of a block
constexpr unsigned kMostReduceBlocks = 256;

// One pass where one block is enough, else one into `partial` and one over that.
void reduce_by(void (*kernel)(Reduce), const Reduce& reduce, cudaStream_t stream) {
  const auto count = static_cast<unsigned>(reduce_blocks(reduce.size));
  if (count == 1) {
    launch(kernel, dim3(1), dim3(kReduceThreads), stream, reduce);
    return;
  }
  Reduce first = reduce;
  first.dst = reduce.partial;
  first.divisor = 1.0f;
  launch(kernel, dim3(count), dim3(kReduceThreads), stream, first);
  Reduce second = reduce;
  second.src = reduce.partial;
  second.size = count;
  launch(&reduce_kernel<false>, dim3(1), dim3(kReduceThreads), stream, second);
}

}  // namespace

std::int32_t reduce_blocks(std::int64_t size) {
  const unsigned count = blocks(size, kReduceElements);
  return static_cast<std::int32_t>(count < 1                   ? 1
                                   : count > kMostReduceBlocks ? kMostReduceBlocks
                                                               : count);
}

void reduce_sum(const Reduce& reduce, cudaStream_t stream) {
  reduce_by(&reduce_kernel<false>, reduce, stream);
}

void reduce_penalty(const Reduce& reduce, cudaStream_t stream) {
  reduce_by(&reduce_kernel<true>, reduce, stream);
}

void spread(const Spread& arguments, cudaStream_t stream) {
  launch(&spread_kernel, dim3(blocks(arguments.size, kReduceThreads)), dim3(kReduceThreads), stream,
         arguments);
}

}  // namespace fastcnn::cuda
