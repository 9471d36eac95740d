#include "kernels/conv2d_depthwise_rows/generic.h"
#include "simd/vec_avx512.h"

namespace fastcnn::kernels {

void conv2d_depthwise_rows_f32_nchwc_k3s1__avx512(const Conv2dDepthwiseRows& c) {
  depthwise_rows<simd::avx512::f32, 3, 1>(c);
}
void conv2d_depthwise_rows_f32_nchwc_k3s2__avx512(const Conv2dDepthwiseRows& c) {
  depthwise_rows<simd::avx512::f32, 3, 2>(c);
}
void conv2d_depthwise_rows_f32_nchwc_k5s1__avx512(const Conv2dDepthwiseRows& c) {
  depthwise_rows<simd::avx512::f32, 5, 1>(c);
}
void conv2d_depthwise_rows_f32_nchwc_k5s2__avx512(const Conv2dDepthwiseRows& c) {
  depthwise_rows<simd::avx512::f32, 5, 2>(c);
}
void conv2d_depthwise_rows_f32_nchwc_k7s1__avx512(const Conv2dDepthwiseRows& c) {
  depthwise_rows<simd::avx512::f32, 7, 1>(c);
}
void conv2d_depthwise_rows_f32_nchwc_k7s2__avx512(const Conv2dDepthwiseRows& c) {
  depthwise_rows<simd::avx512::f32, 7, 2>(c);
}

}  // namespace fastcnn::kernels
