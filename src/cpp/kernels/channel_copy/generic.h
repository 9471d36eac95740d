#pragma once

#include "kernels/channel_copy/channel_copy.h"
#include "simd/inline.h"
#include "simd/partial.h"

namespace fastcnn::kernels {

// A pixel at an end of the image, where a whole vector would read outside of it.
template <typename V>
FASTCNN_INLINE void copy_pixel(const ChannelCopy& c, std::size_t pixel) {
  std::size_t lane = 0;
  for (std::size_t k = 0; k < c.count; ++k) {
    for (; lane < c.pieces[k].end; ++lane) {
      c.dst[pixel * V::lanes + lane] = c.pieces[k].src[pixel * V::lanes + lane];
    }
  }
  for (; lane < V::lanes; ++lane) c.dst[pixel * V::lanes + lane] = 0.0f;
}

// kCount pieces, 0 where their number is known at run time only.
template <typename V, std::size_t kCount>
FASTCNN_INLINE void copy_pixels(const ChannelCopy& c) {
  const std::size_t count = kCount > 0 ? kCount : c.count;
  typename V::Mask kept[V::lanes];
  for (std::size_t k = 0; k < count; ++k) kept[k] = simd::first_lanes<V>(c.pieces[k].end);
  for (std::size_t p = 1; p + 1 < c.pixels; ++p) {
    V all = V::zero();
    for (std::size_t k = count; k-- > 0;) {
      all = select(kept[k], V::load(c.pieces[k].src + p * V::lanes), all);
    }
    store(c.dst + p * V::lanes, all);
  }
}

template <typename V>
FASTCNN_INLINE void channel_copy(const ChannelCopy& c) {
  if (c.pixels == 0) return;
  copy_pixel<V>(c, 0);
  copy_pixel<V>(c, c.pixels - 1);
  switch (c.count) {
    case 1:
      copy_pixels<V, 1>(c);
      break;
    case 2:
      copy_pixels<V, 2>(c);
      break;
    case 3:
      copy_pixels<V, 3>(c);
      break;
    case 8:
      copy_pixels < V, V::lanes<8 ? V::lanes : 8>(c);
      break;
    default:
      copy_pixels<V, 0>(c);
  }
}

}  // namespace fastcnn::kernels
