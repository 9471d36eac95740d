#include "ops/operator.h"

namespace fastcnn::ops {

void OpSpec::expect_inputs(std::size_t at_least, std::size_t at_most) const {
  require(inputs.size() >= at_least && inputs.size() <= at_most, ErrorKind::kShape, op, ": takes ",
          at_least, " to ", at_most, " inputs, has ", inputs.size());
}

void OpSpec::expect_rank(std::size_t input, std::size_t rank) const {
  require(inputs[input].shape.rank() == rank, ErrorKind::kShape, op, ": input ", input,
          " must have rank ", rank, ", its shape is ", inputs[input].shape);
}

}  // namespace fastcnn::ops
