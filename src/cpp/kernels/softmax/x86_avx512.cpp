#include "kernels/softmax/generic.h"
#include "simd/vec_avx512.h"

namespace fastcnn::kernels {

using V = simd::avx512::f32;

void softmax_f32_rows__avx512(const Softmax& softmax) { softmax_rows<V, SoftmaxLine>(softmax); }

void softmax_f32_pixels__avx512(const Softmax& softmax) { softmax_pixels<V, SoftmaxLine>(softmax); }

void log_softmax_f32_rows__avx512(const Softmax& softmax) {
  softmax_rows<V, LogSoftmaxLine>(softmax);
}

void log_softmax_f32_pixels__avx512(const Softmax& softmax) {
  softmax_pixels<V, LogSoftmaxLine>(softmax);
}

void softmax_backward_f32_rows__avx512(const Softmax& softmax) {
  softmax_rows<V, SoftmaxBackwardLine>(softmax);
}

void softmax_backward_f32_pixels__avx512(const Softmax& softmax) {
  softmax_pixels<V, SoftmaxBackwardLine>(softmax);
}

void log_softmax_backward_f32_rows__avx512(const Softmax& softmax) {
  softmax_rows<V, LogSoftmaxBackwardLine>(softmax);
}

void log_softmax_backward_f32_pixels__avx512(const Softmax& softmax) {
  softmax_pixels<V, LogSoftmaxBackwardLine>(softmax);
}

}  // namespace fastcnn::kernels
