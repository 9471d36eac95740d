#pragma once

#include <cstddef>

#include "simd/inline.h"

// The last vector of a row, of which only n elements exist. For any V; n may exceed V::lanes.
namespace fastcnn::simd {

static constexpr float kLaneIndex[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

// True in the first n lanes.
template <typename V>
FASTCNN_INLINE typename V::Mask first_lanes(std::size_t n) {
  static_assert(V::lanes <= sizeof(kLaneIndex) / sizeof(float), "kLaneIndex has a lane too few");
  return less(V::load(kLaneIndex), V::broadcast(static_cast<float>(n)));
}

// The first n lanes of v, then `otherwise`.
template <typename V>
FASTCNN_INLINE V keep_first(V v, std::size_t n, V otherwise) {
  return select(first_lanes<V>(n), v, otherwise);
}

// Up to n elements, then zeros.
template <typename V>
FASTCNN_INLINE V load_up_to(const float* p, std::size_t n) {
  return n >= V::lanes ? V::load(p) : V::load_partial(p, n);
}

template <typename V>
FASTCNN_INLINE void store_up_to(float* p, V v, std::size_t n) {
  if (n >= V::lanes) {
    store(p, v);
  } else {
    store_partial(p, v, n);
  }
}

}  // namespace fastcnn::simd
