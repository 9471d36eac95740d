#pragma once

#include <cstddef>
#include <cstdint>

#include "base/shape.h"

namespace fastcnn {

enum class DType : std::uint8_t { kFloat32, kInt32 };

constexpr std::size_t size_of(DType) { return 4; }
constexpr const char* name_of(DType type) { return type == DType::kFloat32 ? "float32" : "int32"; }

// How the elements of a tensor lie in memory.
//
//   kPlain     row-major, as the shape reads.
//   kBlocked   rank 4 only, [N, C, H, W] stored as [N][ceil(C / block)][H][W][block]; `block` is
//              the number of float32 lanes of the active ISA (cpu::block()). The lanes past C hold
//              finite numbers wherever the same pixel's real lanes do; no consumer may let them
//              reach a real lane, a reduction or a plain tensor.
enum class Layout : std::uint8_t { kPlain, kBlocked };

constexpr const char* name_of(Layout layout) {
  return layout == Layout::kPlain ? "plain" : "blocked";
}

constexpr std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
constexpr std::int64_t round_up(std::int64_t a, std::int64_t b) { return divide_up(a, b) * b; }

// A tensor without its data.
struct TensorDesc {
  Shape shape;
  DType dtype = DType::kFloat32;
  Layout layout = Layout::kPlain;

  // Elements in memory: over shape.count() where a blocked layout pads the channels.
  std::int64_t stored_count(std::int64_t block) const {
    if (layout == Layout::kPlain) return shape.count();
    return shape[0] * round_up(shape[1], block) * shape[2] * shape[3];
  }
};

}  // namespace fastcnn
