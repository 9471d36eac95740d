#include "kernels/optimizer_update/generic.h"
#include "simd/vec_avx512.h"

namespace fastcnn::kernels {

using V = simd::avx512::f32;

void sgd_update_f32__avx512(const OptimizerUpdate& u) { optimizer_update<V, Sgd>(u); }
void nesterov_update_f32__avx512(const OptimizerUpdate& u) { optimizer_update<V, Nesterov>(u); }
void adagrad_update_f32__avx512(const OptimizerUpdate& u) { optimizer_update<V, Adagrad>(u); }
void rmsprop_update_f32__avx512(const OptimizerUpdate& u) { optimizer_update<V, Rmsprop>(u); }
void adam_update_f32__avx512(const OptimizerUpdate& u) { optimizer_update<V, Adam>(u); }

}  // namespace fastcnn::kernels
