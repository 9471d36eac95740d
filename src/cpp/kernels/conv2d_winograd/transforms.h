#pragma once

#include "kernels/conv2d_winograd/gradient.h"

namespace fastcnn::kernels {

// All transforms of F(m x m, r x r) on vectors V.
template <typename V, int kM, int kR>
FASTCNN_INLINE WinogradTransforms winograd_transforms() {
  constexpr int kA = kM + kR - 1;
  WinogradTransforms all{};
  all.src = [](const WinogradSource& s) { winograd_src_tiles<V, kA>(s); };
  all.dst = [](const WinogradResult& r) { winograd_dst_tiles<V, kM, kA>(r); };
  all.pooled = [](const WinogradPooled& r) { winograd_pooled_tiles<V, kM, kA>(r); };
  all.filters = [](const WinogradFilters& f) { winograd_filters<V, kA, kR>(f); };
  if constexpr (kR == 3) {
    all.gradient = [](const WinogradGradient& g) { winograd_gradient_tiles<V, kM>(g); };
    all.filter_gradients = [](const WinogradFilterGradients& f) {
      winograd_filter_gradients<V, kA>(f);
    };
  }
  return all;
}

}  // namespace fastcnn::kernels
