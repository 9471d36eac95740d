#pragma once

#include <cstddef>

#include "kernels/dense_sparse/dense_sparse.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

// Two samples side by side, for the weights are read and the second sum waits for nothing.
template <typename V, std::size_t kSamples>
FASTCNN_INLINE void dense_sparse_samples(const DenseSparse& d, std::size_t first) {
  const V bias = d.outputs < V::lanes ? V::load_partial(d.bias, d.outputs) : V::load(d.bias);
  const float* x[kSamples];
  V sum[kSamples];
#pragma GCC unroll 4
  for (std::size_t n = 0; n < kSamples; ++n) {
    x[n] = d.x + (first + n) * d.x_stride;
    sum[n] = bias;
  }
  for (std::size_t s = 0; s < d.steps; ++s) {
    const V weights = V::load(d.weights + s * V::lanes);
#pragma GCC unroll 4
    for (std::size_t n = 0; n < kSamples; ++n) {
      sum[n] = fma(weights, V::gather(x[n], d.places + s * V::lanes), sum[n]);
    }
  }
  const V low = V::broadcast(d.low);
  const V high = V::broadcast(d.high);
#pragma GCC unroll 4
  for (std::size_t n = 0; n < kSamples; ++n) {
    float* const dst = d.dst + (first + n) * d.dst_stride;
    const V y = min(high, max(low, sum[n]));
    if (d.outputs < V::lanes) {
      store_partial(dst, y, d.outputs);
    } else {
      store(dst, y);
    }
  }
}

template <typename V>
FASTCNN_INLINE void dense_sparse(const DenseSparse& d) {
  std::size_t n = 0;
  for (; n + 2 <= d.samples; n += 2) dense_sparse_samples<V, 2>(d, n);
  if (n < d.samples) dense_sparse_samples<V, 1>(d, n);
}

}  // namespace fastcnn::kernels
