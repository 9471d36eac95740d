#include "kernels/global_pool2d/generic.h"
#include "simd/vec_avx2.h"

namespace fastcnn::kernels {

using V = simd::avx2::f32;

void global_max_pool2d_f32_nchwc__avx2(const GlobalPool2d& pool) {
  global_pool2d<V, GlobalMax<V>>(pool);
}

void global_average_pool2d_f32_nchwc__avx2(const GlobalPool2d& pool) {
  global_pool2d<V, GlobalMean<V>>(pool);
}

void global_max_pool2d_backward_f32_nchwc__avx2(const GlobalPool2d& pool) {
  global_max_pool2d_backward<V>(pool);
}

void global_average_pool2d_backward_f32_nchwc__avx2(const GlobalPool2d& pool) {
  global_average_pool2d_backward<V>(pool);
}

}  // namespace fastcnn::kernels
