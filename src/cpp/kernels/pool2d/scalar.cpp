#include "kernels/pool2d/generic.h"
#include "kernels/pool2d/generic_backward.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {

using V = simd::scalar::f32;

void max_pool2d_f32_nchwc__scalar(const Pool2d& pool) { pool2d<V, WindowMax<V>>(pool); }

void average_pool2d_f32_nchwc__scalar(const Pool2d& pool) { pool2d<V, WindowMean<V>>(pool); }

void max_pool2d_backward_f32_nchwc__scalar(const Pool2d& pool) {
  pool2d_backward<V, SpreadMax<V>>(pool);
}

void average_pool2d_backward_f32_nchwc__scalar(const Pool2d& pool) {
  pool2d_backward<V, SpreadMean<V>>(pool);
}

}  // namespace fastcnn::kernels
