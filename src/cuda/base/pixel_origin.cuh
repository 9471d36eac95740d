#pragma once

#include "cuda/base/convolution.h"
#include "cuda/base/portable.cuh"

// Where output pixels read the image, and which taps of theirs do.
namespace fastcnn::cuda {

// Of output pixel p: row and column, and how many elements lie before it. From a pixel past the
// last every tap lies outside of the image.
struct PixelOrigin {
  int y, x;
  std::int64_t offset;

  template <typename Conv>
  __device__ __forceinline__ PixelOrigin(const Conv& conv, int p) {
    const bool inside = p < conv.pixels;
    const int line = p / conv.ow;
    y = inside ? line % conv.oh * conv.stride_h : -2 * kNoTap;
    x = inside ? p % conv.ow * conv.stride_w : -2 * kNoTap;
    const std::int64_t row = static_cast<std::int64_t>(line / conv.oh) * conv.h + y;
    offset = inside ? (row * conv.w + x) * conv.channels : 0;
  }
};

// Whether a tap of a pixel at row y and column x reads the image. One unsigned comparison tests
// both ends: a negative index wraps to a large one.
template <typename Conv>
__device__ __forceinline__ bool hits(const Conv& conv, int y, int x, const int4& tap) {
  return static_cast<unsigned>(y + tap.x) < static_cast<unsigned>(conv.h) &&
         static_cast<unsigned>(x + tap.y) < static_cast<unsigned>(conv.w);
}

// The pixels of one thread, kCount of them `apart` from each other, in registers.
template <int kCount>
struct ThreadPixels {
  const float* image[kCount];  // at the pixel's origin
  int y[kCount];
  int x[kCount];

  template <typename Conv>
  __device__ __forceinline__ ThreadPixels(const Conv& conv, const float* src, int first,
                                          int apart) {
#pragma unroll
    for (int i = 0; i < kCount; ++i) {
      const PixelOrigin origin(conv, first + i * apart);
      image[i] = src + origin.offset;
      y[i] = origin.y;
      x[i] = origin.x;
    }
  }

  // What pixel i reads at one channel of a tap, or at four in a row.
  template <typename Conv>
  __device__ __forceinline__ float one(const Conv& conv, int i, const int4& tap) const {
    return hits(conv, y[i], x[i], tap) ? image[i][tap.z] : 0.0f;
  }
  template <typename Conv>
  __device__ __forceinline__ float4 four(const Conv& conv, int i, const int4& tap) const {
    return hits(conv, y[i], x[i], tap) ? *reinterpret_cast<const float4*>(image[i] + tap.z)
                                       : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
  }
};

// The lines of taps that lie outside of the image for a pixel.
template <typename Conv>
__device__ __forceinline__ std::uint32_t missed_lines(const Conv& conv, const PixelOrigin& origin) {
  std::uint32_t missed = kNoLine;
#pragma unroll 1
  for (int i = 0; i < conv.lines.rows; ++i) {
    const bool hit =
        static_cast<unsigned>(origin.y + conv.lines.dy[i]) < static_cast<unsigned>(conv.h);
    missed |= hit ? 0u : 1u << i;
  }
#pragma unroll 1
  for (int i = 0; i < conv.lines.columns; ++i) {
    const bool hit =
        static_cast<unsigned>(origin.x + conv.lines.dx[i]) < static_cast<unsigned>(conv.w);
    missed |= hit ? 0u : 1u << (kMostTapRows + i);
  }
  return missed;
}

// Whether a tap reads, of a pixel that misses those lines.
__device__ __forceinline__ bool reads(std::uint32_t missed, std::uint32_t lines) {
  return (missed & lines) == 0;
}

}  // namespace fastcnn::cuda
