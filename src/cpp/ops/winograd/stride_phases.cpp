#include "ops/winograd/stride_phases.h"

#include <algorithm>
#include <cstring>

namespace fastcnn::ops {
namespace {

// kStride neighbours that lie in one vector: no call a pixel.
template <std::int64_t kStride>
void copy_neighbours(const float* x, std::int64_t count, std::int64_t lanes, float* row) {
  for (std::int64_t j = 0; j < count; ++j) {
    std::memcpy(row + j * lanes, x + j * kStride, kStride * sizeof(float));
  }
}

}  // namespace

StridePhases::StridePhases(const Conv2dShape& shape, std::int64_t rows)
    : shape_(shape), phases_(shape) {
  phases_.n = 1;
  phases_.oh = rows;
  phases_.ic = shape.ic * shape.stride_h * shape.stride_w;
  phases_.kh = kernel_of(shape.kh, shape.stride_h);
  phases_.kw = kernel_of(shape.kw, shape.stride_w);
  phases_.h = rows + phases_.kh - 1;
  phases_.w = shape.ow + phases_.kw - 1;
  phases_.stride_h = phases_.stride_w = 1;
  phases_.pad_top = phases_.pad_left = 0;
}

void StridePhases::fill(const float* x, std::int64_t first, std::int64_t lanes,
                        float* blocks) const {
  for (std::int64_t i = 0; i < phases_.h; ++i) {
    float* const row = blocks + i * phases_.w * lanes;
    for (std::int64_t c = 0; c < shape_.ic; ++c) {
      for (std::int64_t p = 0; p < shape_.stride_h; ++p) {
        const std::int64_t y = (first + i) * shape_.stride_h + p - shape_.pad_top;
        const std::int64_t channel = (c * shape_.stride_h + p) * shape_.stride_w;
        if (y < 0 || y >= shape_.h) {
          clear_row(channel, lanes, row);
        } else {
          fill_row(x + (c * shape_.h + y) * shape_.w, channel, lanes, row);
        }
      }
    }
  }
}

void StridePhases::clear_row(std::int64_t channel, std::int64_t lanes, float* row) const {
  for (std::int64_t q = 0; q < shape_.stride_w; ++q) {
    float* const lane = lane_of(channel + q, lanes, row);
    for (std::int64_t j = 0; j < phases_.w; ++j) lane[j * lanes] = 0.0f;
  }
}

// The phases of one row of x, from `channel` on.
void StridePhases::fill_row(const float* x, std::int64_t channel, std::int64_t lanes,
                            float* row) const {
  const std::int64_t s = shape_.stride_w;
  const std::int64_t pad = shape_.pad_left;
  const auto copy = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t q = 0; q < s; ++q) {
      float* const lane = lane_of(channel + q, lanes, row);
      for (std::int64_t j = begin; j < end; ++j) {
        const std::int64_t from = j * s + q - pad;
        lane[j * lanes] = from >= 0 && from < shape_.w ? x[from] : 0.0f;
      }
    }
  };
  // Columns all of whose phases lie in the image.
  const std::int64_t begin = std::min(divide_up(std::max<std::int64_t>(pad, 0), s), phases_.w);
  std::int64_t end = std::clamp((shape_.w + pad) / s, begin, phases_.w);
  if (lanes % s != 0 || (s != 2 && s != 4)) end = begin;
  copy(0, begin);
  if (end > begin) {
    float* const lane = lane_of(channel, lanes, row) + begin * lanes;
    const float* const from = x + begin * s - pad;
    if (s == 2) {
      copy_neighbours<2>(from, end - begin, lanes, lane);
    } else {
      copy_neighbours<4>(from, end - begin, lanes, lane);
    }
  }
  copy(end, phases_.w);
}

void StridePhases::fill_weights(const float* w, float* phases) const {
  const std::int64_t sh = shape_.stride_h;
  const std::int64_t sw = shape_.stride_w;
  for (std::int64_t o = 0; o < shape_.oc * shape_.ic; ++o, w += shape_.taps()) {
    for (std::int64_t p = 0; p < sh; ++p) {
      for (std::int64_t q = 0; q < sw; ++q) {
        for (std::int64_t k = 0; k < phases_.kh; ++k) {
          for (std::int64_t l = 0; l < phases_.kw; ++l) {
            const std::int64_t y = k * sh + p;
            const std::int64_t x = l * sw + q;
            *phases++ = y < shape_.kh && x < shape_.kw ? w[y * shape_.kw + x] : 0.0f;
          }
        }
      }
    }
  }
}

}  // namespace fastcnn::ops
