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
  std::uint32_t lines;  // the bits of its row and its column among TapLines, or kNoLine
};

constexpr std::int32_t kNoTap = 1 << 29;

// The rows and columns in which taps lie. Each has a bit, columns behind kMostTapRows; a pixel for
// which a line lies outside of the image has the bit set, so that one instruction tells whether a
// tap reads. kNoLine is set for every pixel.
constexpr int kMostTapRows = 16;
constexpr int kMostTapColumns = 15;
constexpr std::uint32_t kNoLine = 1u << 31;

struct TapLines {
  std::int32_t rows, columns;
  std::int32_t dy[kMostTapRows];
  std::int32_t dx[kMostTapColumns];
};

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

// A product of an image's pixels with a matrix of weights, all but the weights: what an output
// pixel p = (n, i, j) of [N, oh, ow] reads, and where its sums go.
//
//   src [N, h, w, channels] at (i stride_h, j stride_w) plus taps; dst [N, placement.h,
//   placement.w, oc]; residual as dst, bias [oc], either may be null
struct PixelProduct {
  const float* src;
  const Tap* taps;
  const float* bias;
  const float* residual;
  float* dst;
  std::int32_t pixels;
  std::int32_t h, w, channels;
  std::int32_t oh, ow;
  std::int32_t stride_h, stride_w;
  std::int32_t groups;
  std::int32_t group_channels;  // of src, in one group
  std::int32_t oc, group_oc;
  Placement placement;
  bool scattered;  // the pixels lie apart in dst
  float low, high;
};

}  // namespace fastcnn::cuda
