#include "kernels/elementwise/generic.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {

using V = simd::scalar::f32;

void clip_f32__scalar(const Elementwise& e) { unary<V, Clip>(e); }
void leaky_relu_f32__scalar(const Elementwise& e) { unary<V, LeakyRelu>(e); }
void sigmoid_f32__scalar(const Elementwise& e) { unary<V, Sigmoid>(e); }
void tanh_f32__scalar(const Elementwise& e) { unary<V, Tanh>(e); }
void scale_f32__scalar(const Elementwise& e) { unary<V, Scale>(e); }
void add_clip_f32__scalar(const Elementwise& e) { binary<V, AddClip>(e); }
void multiply_f32__scalar(const Elementwise& e) { binary<V, Multiply>(e); }
void weighted_sum_f32__scalar(const Elementwise& e) { binary<V, WeightedSum>(e); }
void relu_backward_f32__scalar(const Elementwise& e) { binary<V, ReluBackward>(e); }
void leaky_relu_backward_f32__scalar(const Elementwise& e) { binary<V, LeakyReluBackward>(e); }
void clip_backward_f32__scalar(const Elementwise& e) { binary<V, ClipBackward>(e); }
void sigmoid_backward_f32__scalar(const Elementwise& e) { binary<V, SigmoidBackward>(e); }
void tanh_backward_f32__scalar(const Elementwise& e) { binary<V, TanhBackward>(e); }

}  // namespace fastcnn::kernels
