#pragma once

#include <cstddef>
#include <cstdint>

#include "base/shape.h"

namespace fastcnn {

// The types of elements, with NumPy's names. Only kFloat32 has kernels of its own throughout; what
// else an implementation takes, it says itself.
enum class DType : std::uint8_t {
  kFloat32,
  kInt32,
  kFloat16,
  kFloat64,
  kUInt8,
  kInt8,
  kInt64,
  kBool,
};

constexpr DType kDTypes[] = {DType::kFloat32, DType::kInt32, DType::kFloat16, DType::kFloat64,
                             DType::kUInt8,   DType::kInt8,  DType::kInt64,   DType::kBool};

constexpr std::size_t size_of(DType type) {
  switch (type) {
    case DType::kFloat32:
    case DType::kInt32:
      return 4;
    case DType::kFloat64:
    case DType::kInt64:
      return 8;
    case DType::kFloat16:
      return 2;
    case DType::kUInt8:
    case DType::kInt8:
    case DType::kBool:
      break;
  }
  return 1;
}

constexpr const char* name_of(DType type) {
  switch (type) {
    case DType::kFloat32:
      return "float32";
    case DType::kInt32:
      return "int32";
    case DType::kFloat16:
      return "float16";
    case DType::kFloat64:
      return "float64";
    case DType::kUInt8:
      return "uint8";
    case DType::kInt8:
      return "int8";
    case DType::kInt64:
      return "int64";
    case DType::kBool:
      break;
  }
  return "bool";
}

// How the elements of a tensor lie in memory.
//
//   kPlain     row-major, as the shape reads.
//   kBlocked   rank 4 only, [N, C, H, W] stored as [N][ceil(C / block)][H][W][block]; `block` is
//              the number of float32 lanes of the active ISA (cpu::block()). The lanes past C hold
//              finite numbers wherever the same pixel's real lanes do; no consumer may let them
//              reach a real lane, a reduction or a plain tensor.
//   kPixels    rank 4 only, [N, C, H, W] stored as [N][ceil(H (W + 1) / 16)][C][16]: pixels in
//              lines of 16, row after row, with one pixel of zeros behind each row and zeros behind
//              the last. Convolutions of generated code read and write it; other operations see
//              such a tensor as a blocked one, into which the engine converts it.
enum class Layout : std::uint8_t { kPlain, kBlocked, kPixels };

constexpr std::int64_t kPixelLanes = 16;

constexpr const char* name_of(Layout layout) {
  switch (layout) {
    case Layout::kPlain:
      return "plain";
    case Layout::kBlocked:
      return "blocked";
    case Layout::kPixels:
      break;
  }
  return "pixels";
}

constexpr std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
constexpr std::int64_t round_up(std::int64_t a, std::int64_t b) { return divide_up(a, b) * b; }

// Lines of a channel of an image in Layout::kPixels.
constexpr std::int64_t pixel_lines(std::int64_t rows, std::int64_t columns) {
  return divide_up(rows * (columns + 1), kPixelLanes);
}

// A tensor without its data.
struct TensorDesc {
  Shape shape;
  DType dtype = DType::kFloat32;
  Layout layout = Layout::kPlain;

  // Elements in memory: over shape.count() where a blocked layout pads the channels.
  std::int64_t stored_count(std::int64_t block) const {
    if (layout == Layout::kPlain) return shape.count();
    if (layout == Layout::kPixels) {
      return shape[0] * pixel_lines(shape[2], shape[3]) * shape[1] * kPixelLanes;
    }
    return shape[0] * round_up(shape[1], block) * shape[2] * shape[3];
  }
};

}  // namespace fastcnn
