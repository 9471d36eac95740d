#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "ops/operator.h"

namespace fastcnn::ops {

// What most ops ask of their inputs and outputs. Each throws with the op's name in front.

inline void expect_dtype(const OpSpec& spec, std::size_t input, DType dtype) {
  require(spec.inputs[input].dtype == dtype, ErrorKind::kType, spec.op, ": input ", input,
          " must be ", name_of(dtype), ", it is ", name_of(spec.inputs[input].dtype));
}

inline void expect_shape(const OpSpec& spec, std::size_t input, const Shape& shape) {
  require(spec.inputs[input].shape == shape, ErrorKind::kShape, spec.op, ": input ", input,
          " must have shape ", shape, ", its shape is ", spec.inputs[input].shape);
}

inline void expect_rank_at_least(const OpSpec& spec, std::size_t input, std::size_t rank) {
  require(spec.inputs[input].shape.rank() >= rank, ErrorKind::kShape, spec.op, ": input ", input,
          " must have rank ", rank, " or more, its shape is ", spec.inputs[input].shape);
}

// `count` inputs, all float32.
inline void expect_float_inputs(const OpSpec& spec, std::size_t count) {
  spec.expect_inputs(count, count);
  for (std::size_t i = 0; i < count; ++i) expect_dtype(spec, i, DType::kFloat32);
}

// Why a kernel of float32 cannot run the node, or nothing.
inline std::optional<std::string> refuse_types_but_float(const OpSpec& spec) {
  for (const auto* descs : {&spec.inputs, &spec.outputs}) {
    for (const TensorDesc& desc : *descs) {
      if (desc.dtype != DType::kFloat32) return join(name_of(desc.dtype), " is not float32");
    }
  }
  return std::nullopt;
}

inline void expect_outputs(const OpSpec& spec, std::size_t count) {
  require(spec.outputs.size() == count, ErrorKind::kShape, spec.op, ": gives ", count,
          " outputs, the node has ", spec.outputs.size());
}

inline void expect_output(const OpSpec& spec, std::size_t output, const Shape& shape,
                          DType dtype = DType::kFloat32) {
  const TensorDesc& desc = spec.outputs[output];
  require(desc.shape == shape && desc.dtype == dtype, ErrorKind::kShape, spec.op, ": output ",
          output, " is ", name_of(dtype), ' ', shape, ", the node says ", name_of(desc.dtype), ' ',
          desc.shape);
}

}  // namespace fastcnn::ops
