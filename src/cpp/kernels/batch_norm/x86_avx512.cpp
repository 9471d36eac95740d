#include "kernels/batch_norm/generic.h"
#include "simd/stream_avx512.h"
#include "simd/vec_avx512.h"

namespace fastcnn::kernels {

using V = simd::avx512::f32;

void batch_norm_sum_f32__avx512(const BatchNormRows& rows) {
  batch_norm_rows<V, BatchNormSum>(rows);
}

void batch_norm_deviation_f32__avx512(const BatchNormRows& rows) {
  batch_norm_rows<V, BatchNormDeviation>(rows);
}

void batch_norm_moments_f32__avx512(const BatchNormRows& rows) {
  batch_norm_rows<V, BatchNormMoments>(rows);
}

void batch_norm_gradient_f32__avx512(const BatchNormRows& rows) {
  batch_norm_rows<V, BatchNormGradient>(rows);
}

void batch_norm_masked_gradient_f32__avx512(const BatchNormRows& rows) {
  batch_norm_rows<V, BatchNormMaskedGradient>(rows);
}

void batch_norm_normalize_f32__avx512(const BatchNormRows& rows) {
  batch_norm_rows<V, BatchNormNormalize>(rows);
}

void batch_norm_normalize_add_f32__avx512(const BatchNormRows& rows) {
  batch_norm_rows<V, BatchNormNormalizeAdd>(rows);
}

void batch_norm_backward_f32__avx512(const BatchNormRows& rows) {
  batch_norm_rows<V, BatchNormBackward>(rows);
}

void batch_norm_masked_backward_f32__avx512(const BatchNormRows& rows) {
  batch_norm_rows<V, BatchNormMaskedBackward>(rows);
}

}  // namespace fastcnn::kernels
