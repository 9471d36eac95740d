#include "cuda/kernels/reduce_axes/kernel.cuh"

namespace fastcnn::cuda {
namespace {

constexpr std::int64_t kLongRow = 1024;  // from here on a block takes one row, not a warp

template <ReduceAxesKind kKind>
void reduce_axes_by(const ReduceAxes& reduce, cudaStream_t stream) {
  const bool longer = reduce.count >= kLongRow;
  const std::int64_t workers = !reduce.in_rows ? 8 : longer ? kReduceAxesThreads : 32;
  void (*const kernel)(ReduceAxes) = !reduce.in_rows ? &reduce_axes_kernel<kKind, 8, false>
                                     : longer ? &reduce_axes_kernel<kKind, kReduceAxesThreads, true>
                                              : &reduce_axes_kernel<kKind, 32, true>;
  launch(kernel, dim3(blocks(reduce.outputs, kReduceAxesThreads / workers)),
         dim3(kReduceAxesThreads), stream, reduce);
}

}  // namespace

void reduce_axes(ReduceAxesKind kind, const ReduceAxes& arguments, cudaStream_t stream) {
  using Kind = ReduceAxesKind;
  switch (kind) {
    case Kind::kSum:
      return reduce_axes_by<Kind::kSum>(arguments, stream);
    case Kind::kMean:
      return reduce_axes_by<Kind::kMean>(arguments, stream);
    case Kind::kMax:
      return reduce_axes_by<Kind::kMax>(arguments, stream);
    case Kind::kMin:
      return reduce_axes_by<Kind::kMin>(arguments, stream);
    case Kind::kProduct:
      return reduce_axes_by<Kind::kProduct>(arguments, stream);
    case Kind::kSumAbs:
      return reduce_axes_by<Kind::kSumAbs>(arguments, stream);
    case Kind::kRootOfSquares:
      return reduce_axes_by<Kind::kRootOfSquares>(arguments, stream);
    case Kind::kSumSquares:
      return reduce_axes_by<Kind::kSumSquares>(arguments, stream);
    case Kind::kLogOfSum:
      return reduce_axes_by<Kind::kLogOfSum>(arguments, stream);
    case Kind::kLogOfSumOfExp:
      return reduce_axes_by<Kind::kLogOfSumOfExp>(arguments, stream);
  }
}

}  // namespace fastcnn::cuda
