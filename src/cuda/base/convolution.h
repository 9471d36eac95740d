#pragma once

#include <cstdint>

// What the kernels of convolutions are told of where they read and write.
namespace fastcnn::cuda {

// Where one weight of an output pixel reads the image: at the pixel's origin plus (dy, dx).
// `offset` is the same in elements. A tap that stands for no weight reads nothing: its dy lies
// outside of every image.
struct Tap {
  std::int32_t dy;
  std::int32_t dx;
  std::int32_t offset;
  std::int32_t unused;
};

constexpr std::int32_t kNoTap = 1 << 29;

// A matrix of weights has a multiple of so many rows and columns; what is past its end is zero.
constexpr int kRowMultiple = 16;
constexpr int kColumnMultiple = 4;

// Where pixel (i, j) of a result lies in the image [h, w] that it is a part of: at row
// top + i step_h and column left + j step_w.
struct Placement {
  std::int32_t h, w;
  std::int32_t top, left;
  std::int32_t step_h, step_w;
};

}  // namespace fastcnn::cuda
