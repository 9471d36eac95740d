#include "kernels/conv2d_winograd/transforms.h"
#include "simd/vec_neon.h"

namespace fastcnn::kernels {
namespace {

using V = simd::neon::f32;

}  // namespace

WinogradTransforms conv2d_winograd_f32_nchwc_4x4__neon() { return winograd_transforms<V, 4, 3>(); }
WinogradTransforms conv2d_winograd_f32_nchwc_2x2__neon() { return winograd_transforms<V, 2, 3>(); }
WinogradTransforms conv2d_winograd_f32_nchwc_4x4_by_4x4__neon() {
  return winograd_transforms<V, 4, 4>();
}

}  // namespace fastcnn::kernels
