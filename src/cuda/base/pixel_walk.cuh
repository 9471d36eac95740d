#pragma once

#include "cuda/base/portable.cuh"

namespace fastcnn::cuda {

// A pixel (n, i, j) of images [oh, ow] that moves on by one step of so many pixels at a time,
// without a division.
struct PixelWalk {
  int n, i, j;
  int step_n, step_i, step_j;

  __device__ __forceinline__ PixelWalk(int pixel, int step, int oh, int ow)
      : n(pixel / ow / oh),
        i(pixel / ow % oh),
        j(pixel % ow),
        step_n(step / ow / oh),
        step_i(step / ow % oh),
        step_j(step % ow) {}

  __device__ __forceinline__ void advance(int oh, int ow) {
    j += step_j;
    i += step_i;
    n += step_n;
    if (j >= ow) {
      j -= ow;
      ++i;
    }
    if (i >= oh) {
      i -= oh;
      ++n;
    }
  }
};

// The same of where such pixels read an image [h, w, channels]: at row y = i stride_h and column
// x = j stride_w, `offset` elements in. Additions alone.
struct OriginWalk {
  int y, x;
  std::uint32_t offset;
  int step_y, step_x, end_y, end_x, stride_h;
  std::uint32_t step, next_row, next_image;  // what is added to the offset

  template <typename Conv>
  __device__ __forceinline__ OriginWalk(const Conv& conv, int pixel, int by)
      : y(pixel / conv.ow % conv.oh * conv.stride_h),
        x(pixel % conv.ow * conv.stride_w),
        step_y(by / conv.ow % conv.oh * conv.stride_h),
        step_x(by % conv.ow * conv.stride_w),
        end_y(conv.oh * conv.stride_h),
        end_x(conv.ow * conv.stride_w),
        stride_h(conv.stride_h) {
    const std::uint32_t line = static_cast<std::uint32_t>(conv.w) * conv.channels;
    const std::uint32_t image = line * conv.h;
    const std::uint32_t channels = conv.channels;
    offset = pixel / conv.ow / conv.oh * image + y * line + x * channels;
    step = by / conv.ow / conv.oh * image + step_y * line + step_x * channels;
    next_row = stride_h * line - end_x * channels;
    next_image = image - end_y * line;
  }

  __device__ __forceinline__ void advance() {
    x += step_x;
    y += step_y;
    offset += step;
    if (x >= end_x) {
      x -= end_x;
      y += stride_h;
      offset += next_row;
    }
    if (y >= end_y) {
      y -= end_y;
      offset += next_image;
    }
  }
};

}  // namespace fastcnn::cuda
