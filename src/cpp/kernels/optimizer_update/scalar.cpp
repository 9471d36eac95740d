#include "kernels/optimizer_update/generic.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {

using V = simd::scalar::f32;

void sgd_update_f32__scalar(const OptimizerUpdate& u) { optimizer_update<V, Sgd>(u); }
void nesterov_update_f32__scalar(const OptimizerUpdate& u) { optimizer_update<V, Nesterov>(u); }
void adagrad_update_f32__scalar(const OptimizerUpdate& u) { optimizer_update<V, Adagrad>(u); }
void rmsprop_update_f32__scalar(const OptimizerUpdate& u) { optimizer_update<V, Rmsprop>(u); }
void adam_update_f32__scalar(const OptimizerUpdate& u) { optimizer_update<V, Adam>(u); }

}  // namespace fastcnn::kernels
