#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/tensor_desc.h"
#include "cpu/isa.h"
#include "ops/operator.h"

namespace fastcnn::ops {

// The extents of a tensor as it lies in memory, row-major: plain as the shape reads, blocked
// [N, blocks of channels, H, W, lanes]. An axis keeps its number, so an op that moves whole runs
// of axis 0, 2 or 3, or whole blocks of axis 1, is the same code for both layouts.
inline Shape stored_shape(const Shape& shape, Layout layout) {
  if (layout == Layout::kPlain) return shape;
  const auto block = static_cast<std::int64_t>(cpu::block());
  return {shape[0], divide_up(shape[1], block), shape[2], shape[3], block};
}

// Product of the extents in [begin, end).
inline std::int64_t extent_product(const Shape& shape, std::size_t begin, std::size_t end) {
  std::int64_t product = 1;
  for (std::size_t axis = begin; axis < end; ++axis) product *= shape[axis];
  return product;
}

// The attribute `axis`, negative from the end; `otherwise` where the node has none.
inline std::size_t axis_of(const OpSpec& spec, std::int64_t otherwise) {
  const std::int64_t axis = spec.attributes.get_int("axis", otherwise);
  const auto rank = static_cast<std::int64_t>(spec.inputs[0].shape.rank());
  require(axis >= -rank && axis < rank, ErrorKind::kValue, spec.op, ": axis is ", axis,
          ", the input has axes 0 to ", rank - 1);
  return static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
}

inline std::size_t axis_of(const OpSpec& spec) {
  return axis_of(spec, spec.attributes.get_int("axis"));
}

// True where every one of `channels` is whole blocks.
inline bool whole_blocks(const std::vector<std::int64_t>& channels) {
  const auto block = static_cast<std::int64_t>(cpu::block());
  for (const std::int64_t c : channels) {
    if (c % block != 0) return false;
  }
  return true;
}

// Copies `count` four-byte elements, of whatever type.
inline void copy_elements(const float* src, float* dst, std::int64_t count) {
  if (count > 0) std::memcpy(dst, src, static_cast<std::size_t>(count) * sizeof(float));
}

// The common small counts are constants to the compiler: no call an element.
inline void copy_bytes(const char* src, char* dst, std::int64_t count) {
  switch (count) {
    case 0:
      break;
    case 1:
      std::memcpy(dst, src, 1);
      break;
    case 4:
      std::memcpy(dst, src, 4);
      break;
    case 8:
      std::memcpy(dst, src, 8);
      break;
    case 32:
      std::memcpy(dst, src, 32);
      break;
    default:
      std::memcpy(dst, src, static_cast<std::size_t>(count));
  }
}

}  // namespace fastcnn::ops
