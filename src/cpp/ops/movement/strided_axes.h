#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ops/operator.h"

namespace fastcnn::ops {

// An axis of a result and where a step along it leads in the source, in elements: 0 repeats.
struct StridedAxis {
  std::int64_t extent;
  std::int64_t stride;
};

// Strides of a plain tensor, in elements.
std::vector<std::int64_t> strides_of(const Shape& shape);

// Neighbours that lie alike as one, axes of one element left out; outermost first, as given.
std::vector<StridedAxis> join_axes(const std::vector<StridedAxis>& axes);

// Why a node's shape is not known when the plan is made, or nothing.
std::optional<std::string> refuse_late_shape(const OpSpec& spec);

// Each checks a whole node and gives the axes of its result, outermost first.

// Every axis of x, with 1s in front, against that of the output: expand repeats those of one
// element, tile all.
std::vector<StridedAxis> repeated_axes(const OpSpec& spec);
// [N, C, H, W] with C and H, W split by the block: the order in which depth_to_space reads them.
std::vector<StridedAxis> depth_to_space_axes(const OpSpec& spec);
std::vector<StridedAxis> space_to_depth_axes(const OpSpec& spec);
std::vector<StridedAxis> transposed_axes(const OpSpec& spec);

// The attribute `perm` of a transpose, whose node is checked with it.
std::vector<std::int64_t> checked_perm(const OpSpec& spec);

}  // namespace fastcnn::ops
