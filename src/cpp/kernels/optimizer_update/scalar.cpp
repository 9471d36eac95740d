#include "kernels/optimizer_update/generic.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {

using V = simd::scalar::f32;

void sgd_update_f32__scalar(const OptimizerUpdate& u) { optimizer_update<V, Sgd>(u); }
void nesterov_update_f32__scalar(const OptimizerUpdate& u) { optimizer_update<V, Nesterov>(u); }
void adagrad_update_f32__scalar(const OptimizerUpdate& u) { optimizer_update<V, Adagrad>(u); }
void adadelta_update_f32__scalar(const OptimizerUpdate& u) { optimizer_update<V, Adadelta>(u); }
void rmsprop_update_f32__scalar(const OptimizerUpdate& u) { optimizer_update<V, Rmsprop>(u); }
void adamax_update_f32__scalar(const OptimizerUpdate& u) { optimizer_update<V, Adamax>(u); }
void lion_update_f32__scalar(const OptimizerUpdate& u) { optimizer_update<V, Lion>(u); }
void adam_update_f32__scalar(const OptimizerUpdate& u) { optimizer_update<V, Adam>(u); }
void nadam_update_f32__scalar(const OptimizerUpdate& u) { optimizer_update<V, Nadam>(u); }
void radam_update_f32__scalar(const OptimizerUpdate& u) { optimizer_update<V, Radam>(u); }
void adam_direction_f32__scalar(const OptimizerUpdate& u) { optimizer_update<V, Direction>(u); }

}  // namespace fastcnn::kernels
