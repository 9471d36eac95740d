#pragma once

#include <cstdint>
#include <vector>

#include "ops/movement/strided_axes.h"
#include "ops/operator.h"

namespace fastcnn::ops {

// The elements of a plain tensor, of any type, read by strides and written in order: what expand,
// tile and the shuffles between depth and space are.
class StridedCopy final : public Operator {
 public:
  StridedCopy(const TensorDesc& x, const std::vector<StridedAxis>& axes);

  void run(const RunArgs& args) const override;

 private:
  std::int64_t element_;            // bytes
  std::int64_t run_ = 1;            // elements that lie together in the source too
  StridedAxis inner_{1, 0};         // of runs
  std::vector<StridedAxis> outer_;  // outermost first
  std::int64_t outer_count_ = 1;
};

}  // namespace fastcnn::ops
