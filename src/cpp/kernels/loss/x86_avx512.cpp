#include "kernels/loss/generic.h"
#include "kernels/loss/generic_softmax.h"
#include "simd/vec_avx512.h"

namespace fastcnn::kernels {

using V = simd::avx512::f32;

void sparse_softmax_cross_entropy_f32__avx512(const LossRows& rows) {
  sparse_softmax_cross_entropy<V>(rows);
}

void sparse_softmax_cross_entropy_backward_f32__avx512(const LossRows& rows) {
  sparse_softmax_cross_entropy_backward<V>(rows);
}

void softmax_cross_entropy_f32__avx512(const LossRows& rows) { softmax_cross_entropy<V>(rows); }

void softmax_cross_entropy_backward_f32__avx512(const LossRows& rows) {
  softmax_cross_entropy_backward<V>(rows);
}

void cross_entropy_f32__avx512(const LossRows& rows) { sum_of_terms<V, CrossEntropyTerm>(rows); }

void cross_entropy_backward_f32__avx512(const LossRows& rows) {
  gradient_of_terms<V, CrossEntropyTerm>(rows);
}

void binary_cross_entropy_f32__avx512(const LossRows& rows) {
  sum_of_terms<V, BinaryCrossEntropyTerm>(rows);
}

void binary_cross_entropy_backward_f32__avx512(const LossRows& rows) {
  gradient_of_terms<V, BinaryCrossEntropyTerm>(rows);
}

void squared_error_f32__avx512(const LossRows& rows) { sum_of_terms<V, SquaredErrorTerm>(rows); }

void squared_error_backward_f32__avx512(const LossRows& rows) {
  gradient_of_terms<V, SquaredErrorTerm>(rows);
}

}  // namespace fastcnn::kernels
