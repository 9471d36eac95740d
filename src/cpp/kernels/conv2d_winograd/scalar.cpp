#include "kernels/conv2d_winograd/gradient.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {
namespace {

using V = simd::scalar::f32;

void src_4(const WinogradSource& s) { winograd_src_tiles<V, 6>(s); }
void dst_4(const WinogradResult& r) { winograd_dst_tiles<V, 4>(r); }
void pooled_4(const WinogradResult& r) { winograd_pooled_tiles<V, 4>(r); }
void filters_4(const WinogradFilters& f) { winograd_filters<V, 6, 3>(f); }
void gradient_4(const WinogradGradient& g) { winograd_gradient_tiles<V, 4>(g); }
void filter_gradients_4(const WinogradFilterGradients& f) { winograd_filter_gradients<V, 6>(f); }
void src_2(const WinogradSource& s) { winograd_src_tiles<V, 4>(s); }
void dst_2(const WinogradResult& r) { winograd_dst_tiles<V, 2>(r); }
void pooled_2(const WinogradResult& r) { winograd_pooled_tiles<V, 2>(r); }
void filters_2(const WinogradFilters& f) { winograd_filters<V, 4, 3>(f); }
void gradient_2(const WinogradGradient& g) { winograd_gradient_tiles<V, 2>(g); }
void filter_gradients_2(const WinogradFilterGradients& f) { winograd_filter_gradients<V, 4>(f); }
void src_4_by_4(const WinogradSource& s) { winograd_src_tiles<V, 7>(s); }
void dst_4_by_4(const WinogradResult& r) { winograd_dst_tiles<V, 4, 7>(r); }
void pooled_4_by_4(const WinogradResult& r) { winograd_pooled_tiles<V, 4, 7>(r); }
void filters_4_by_4(const WinogradFilters& f) { winograd_filters<V, 7, 4>(f); }

}  // namespace

WinogradTransforms conv2d_winograd_f32_nchwc_4x4__scalar() {
  return {src_4, dst_4, pooled_4, filters_4, gradient_4, filter_gradients_4};
}
WinogradTransforms conv2d_winograd_f32_nchwc_2x2__scalar() {
  return {src_2, dst_2, pooled_2, filters_2, gradient_2, filter_gradients_2};
}
WinogradTransforms conv2d_winograd_f32_nchwc_4x4_by_4x4__scalar() {
  return {src_4_by_4, dst_4_by_4, pooled_4_by_4, filters_4_by_4, nullptr, nullptr};
}

}  // namespace fastcnn::kernels
