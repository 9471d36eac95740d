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
  first.root = false;
  launch(kernel, dim3(count), dim3(kReduceThreads), stream, first);
  Reduce second = reduce;
  second.src = reduce.partial;
  second.size = count;
  launch(&reduce_kernel<ReduceTerm::kValue>, dim3(1), dim3(kReduceThreads), stream, second);
}

}  // namespace

std::int32_t reduce_blocks(std::int64_t size) {
  const unsigned count = blocks(size, kReduceElements);
  return static_cast<std::int32_t>(count < 1                   ? 1
                                   : count > kMostReduceBlocks ? kMostReduceBlocks
                                                               : count);
}

void reduce(ReduceTerm term, const Reduce& arguments, cudaStream_t stream) {
  switch (term) {
    case ReduceTerm::kValue:
      return reduce_by(&reduce_kernel<ReduceTerm::kValue>, arguments, stream);
    case ReduceTerm::kAbs:
      return reduce_by(&reduce_kernel<ReduceTerm::kAbs>, arguments, stream);
    case ReduceTerm::kSquare:
      return reduce_by(&reduce_kernel<ReduceTerm::kSquare>, arguments, stream);
    case ReduceTerm::kPenalty:
      return reduce_by(&reduce_kernel<ReduceTerm::kPenalty>, arguments, stream);
  }
}

void spread(const Spread& arguments, cudaStream_t stream) {
  launch(&spread_kernel, dim3(blocks(arguments.size, kReduceThreads)), dim3(kReduceThreads), stream,
         arguments);
}

}  // namespace fastcnn::cuda
