#include "ops/movement/strided_copy.h"

// expand, tile, depth_to_space, space_to_depth: each a list of strides.
namespace fastcnn::ops {

std::optional<std::string> refuse_depth_to_space(const OpSpec& spec) {
  if (const auto late = refuse_late_shape(spec)) return late;
  depth_to_space_axes(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_depth_to_space(const OpSpec& spec) {
  return std::make_unique<StridedCopy>(spec.inputs[0], depth_to_space_axes(spec));
}

std::optional<std::string> refuse_space_to_depth(const OpSpec& spec) {
  if (const auto late = refuse_late_shape(spec)) return late;
  space_to_depth_axes(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_space_to_depth(const OpSpec& spec) {
  return std::make_unique<StridedCopy>(spec.inputs[0], space_to_depth_axes(spec));
}

std::optional<std::string> refuse_repeat(const OpSpec& spec) {
  if (const auto late = refuse_late_shape(spec)) return late;
  repeated_axes(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_repeat(const OpSpec& spec) {
  return std::make_unique<StridedCopy>(spec.inputs[0], repeated_axes(spec));
}

}  // namespace fastcnn::ops
