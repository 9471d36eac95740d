#include "kernels/conv2d_winograd/transforms.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {
namespace {

using V = simd::scalar::f32;

}  // namespace

WinogradTransforms conv2d_winograd_f32_nchwc_4x4__scalar() {
  return winograd_transforms<V, 4, 3>();
}
WinogradTransforms conv2d_winograd_f32_nchwc_2x2__scalar() {
  return winograd_transforms<V, 2, 3>();
}
WinogradTransforms conv2d_winograd_f32_nchwc_4x4_by_4x4__scalar() {
  return winograd_transforms<V, 4, 4>();
}

}  // namespace fastcnn::kernels
