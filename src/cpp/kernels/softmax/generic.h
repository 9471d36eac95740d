#pragma once

#include <cstddef>

#include "kernels/softmax/softmax.h"
#include "simd/inline.h"
#include "simd/math.h"
#include "simd/partial.h"

namespace fastcnn::kernels {

// How a vector walks over the channels of a position. A line has steps() vectors; at(tensor, i)
// reads vector i, `otherwise` standing in for elements that do not exist; whole_max() and
// whole_sum() finish a reduction over the vectors of a line.

// One row: a vector holds neighbouring channels.
template <typename V>
struct RowLine {
  std::size_t channels;

  FASTCNN_MEMBER std::size_t steps() const { return (channels + V::lanes - 1) / V::lanes; }
  FASTCNN_MEMBER V at(const float* tensor, std::size_t i, V otherwise) const {
    const std::size_t first = i * V::lanes;
    if (first + V::lanes <= channels) return V::load(tensor + first);
    const std::size_t n = channels - first;
    return simd::keep_first(V::load_partial(tensor + first, n), n, otherwise);
  }
  FASTCNN_MEMBER void put(float* tensor, std::size_t i, V v) const {
    simd::store_up_to(tensor + i * V::lanes, v, channels - i * V::lanes);
  }
  FASTCNN_MEMBER V whole_max(V v) const { return V::broadcast(largest(v)); }
  FASTCNN_MEMBER V whole_sum(V v) const { return V::broadcast(sum(v)); }
};

// One vector of pixels, `width` of them: each lane is a position of its own.
template <typename V>
struct PixelLine {
  std::size_t channels;
  std::size_t stride;
  std::size_t width;

  FASTCNN_MEMBER std::size_t steps() const { return channels; }
  FASTCNN_MEMBER V at(const float* tensor, std::size_t i, V) const {
    return simd::load_up_to<V>(tensor + i * stride, width);
  }
  FASTCNN_MEMBER void put(float* tensor, std::size_t i, V v) const {
    simd::store_up_to(tensor + i * stride, v, width);
  }
  FASTCNN_MEMBER V whole_max(V v) const { return v; }
  FASTCNN_MEMBER V whole_sum(V v) const { return v; }
};

// The largest of a line. Where one is NaN it may be any of them: exp(x - m) is NaN all the same.
template <typename V, typename Line>
FASTCNN_INLINE V line_max(const Line& line, const float* x) {
  const V nothing = V::broadcast(-__builtin_inff());
  V m = nothing;
  for (std::size_t i = 0; i < line.steps(); ++i) m = max(m, line.at(x, i, nothing));
  return line.whole_max(m);
}

// Each of these works on one line of the tensors, from offset `at` on.
template <typename V, typename Line>
struct SoftmaxLine {
  static FASTCNN_MEMBER void run(const Softmax& s, const Line& line, std::size_t at) {
    const V nothing = V::broadcast(-__builtin_inff());
    const V m = line_max<V>(line, s.src + at);
    V total = V::zero();
    for (std::size_t i = 0; i < line.steps(); ++i) {
      const V e = simd::exp(line.at(s.src + at, i, nothing) - m);
      total = total + e;
      line.put(s.dst + at, i, e);
    }
    total = line.whole_sum(total);
    for (std::size_t i = 0; i < line.steps(); ++i) {
      line.put(s.dst + at, i, line.at(s.dst + at, i, V::zero()) / total);
    }
  }
};

template <typename V, typename Line>
struct LogSoftmaxLine {
  static FASTCNN_MEMBER void run(const Softmax& s, const Line& line, std::size_t at) {
    const V nothing = V::broadcast(-__builtin_inff());
    const V m = line_max<V>(line, s.src + at);
    V total = V::zero();
    for (std::size_t i = 0; i < line.steps(); ++i) {
      total = total + simd::exp(line.at(s.src + at, i, nothing) - m);
    }
    const V log_total = simd::log(line.whole_sum(total));
    for (std::size_t i = 0; i < line.steps(); ++i) {
      line.put(s.dst + at, i, (line.at(s.src + at, i, nothing) - m) - log_total);
    }
  }
};

template <typename V, typename Line>
struct SoftmaxBackwardLine {
  static FASTCNN_MEMBER void run(const Softmax& s, const Line& line, std::size_t at) {
    V dot = V::zero();
    for (std::size_t i = 0; i < line.steps(); ++i) {
      dot = fma(line.at(s.grad_dst + at, i, V::zero()), line.at(s.dst + at, i, V::zero()), dot);
    }
    dot = line.whole_sum(dot);
    for (std::size_t i = 0; i < line.steps(); ++i) {
      const V grad = line.at(s.grad_dst + at, i, V::zero());
      line.put(s.grad_src + at, i, line.at(s.dst + at, i, V::zero()) * (grad - dot));
    }
  }
};

template <typename V, typename Line>
struct LogSoftmaxBackwardLine {
  static FASTCNN_MEMBER void run(const Softmax& s, const Line& line, std::size_t at) {
    V total = V::zero();
    for (std::size_t i = 0; i < line.steps(); ++i) {
      total = total + line.at(s.grad_dst + at, i, V::zero());
    }
    total = line.whole_sum(total);
    for (std::size_t i = 0; i < line.steps(); ++i) {
      const V grad = line.at(s.grad_dst + at, i, V::zero());
      line.put(s.grad_src + at, i, grad - simd::exp(line.at(s.dst + at, i, V::zero())) * total);
    }
  }
};

template <typename V, template <typename, typename> class Work>
FASTCNN_INLINE void softmax_rows(const Softmax& s) {
  const RowLine<V> line = {s.channels};
  for (std::size_t row = 0; row < s.count; ++row) {
    Work<V, RowLine<V>>::run(s, line, row * s.channels);
  }
}

template <typename V, template <typename, typename> class Work>
FASTCNN_INLINE void softmax_pixels(const Softmax& s) {
  for (std::size_t pixel = 0; pixel < s.count; pixel += V::lanes) {
    const PixelLine<V> line = {s.channels, s.stride, s.count - pixel};
    Work<V, PixelLine<V>>::run(s, line, pixel);
  }
}

}  // namespace fastcnn::kernels
