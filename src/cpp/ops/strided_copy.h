#pragma once

#include <cstdint>
#include <vector>

#include "ops/operator.h"

namespace fastcnn::ops {

// An axis of a result and where a step along it leads in the source, in elements: 0 repeats.
struct StridedAxis {
  std::int64_t extent;
  std::int64_t stride;
};

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

// Strides of a plain tensor, in elements.
std::vector<std::int64_t> strides_of(const Shape& shape);

}  // namespace fastcnn::ops
