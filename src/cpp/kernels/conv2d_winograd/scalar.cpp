#include "kernels/conv2d_winograd/generic.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {
namespace {

using V = simd::scalar::f32;

void src_4(const WinogradSource& s) { winograd_src_tiles<V, 6>(s); }
void dst_4(const WinogradResult& r) { winograd_dst_tiles<V, 4>(r); }
void filters_4(const WinogradFilters& f) { winograd_filters<V, 6>(f); }
void src_2(const WinogradSource& s) { winograd_src_tiles<V, 4>(s); }
void dst_2(const WinogradResult& r) { winograd_dst_tiles<V, 2>(r); }
void filters_2(const WinogradFilters& f) { winograd_filters<V, 4>(f); }

}  // namespace

WinogradTransforms conv2d_winograd_f32_nchwc_4x4__scalar() { return {src_4, dst_4, filters_4}; }
WinogradTransforms conv2d_winograd_f32_nchwc_2x2__scalar() { return {src_2, dst_2, filters_2}; }

}  // namespace fastcnn::kernels
