#include "kernels/conv2d_depthwise_rows/generic.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {

void conv2d_depthwise_rows_f32_nchwc_k3s1__scalar(const Conv2dDepthwiseRows& c) {
  depthwise_rows<simd::scalar::f32, 3, 1>(c);
}
void conv2d_depthwise_rows_f32_nchwc_k3s2__scalar(const Conv2dDepthwiseRows& c) {
  depthwise_rows<simd::scalar::f32, 3, 2>(c);
}
void conv2d_depthwise_rows_f32_nchwc_k5s1__scalar(const Conv2dDepthwiseRows& c) {
  depthwise_rows<simd::scalar::f32, 5, 1>(c);
}
void conv2d_depthwise_rows_f32_nchwc_k5s2__scalar(const Conv2dDepthwiseRows& c) {
  depthwise_rows<simd::scalar::f32, 5, 2>(c);
}
void conv2d_depthwise_rows_f32_nchwc_k7s1__scalar(const Conv2dDepthwiseRows& c) {
  depthwise_rows<simd::scalar::f32, 7, 1>(c);
}
void conv2d_depthwise_rows_f32_nchwc_k7s2__scalar(const Conv2dDepthwiseRows& c) {
  depthwise_rows<simd::scalar::f32, 7, 2>(c);
}

}  // namespace fastcnn::kernels
