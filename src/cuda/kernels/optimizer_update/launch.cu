#include "cuda/kernels/optimizer_update/kernel.cuh"

namespace fastcnn::cuda {
namespace {

template <typename Rule>
void update_by(const OptimizerUpdate& update, cudaStream_t stream) {
  launch(&optimizer_update_kernel<Rule>, dim3(blocks(update.size, 4 * kUpdateThreads)),
         dim3(kUpdateThreads), stream, update);
}

}  // namespace

void optimizer_update(OptimizerKind kind, const OptimizerUpdate& update, cudaStream_t stream) {
  switch (kind) {
    case OptimizerKind::kSgd:
      return update_by<Sgd>(update, stream);
    case OptimizerKind::kNesterov:
      return update_by<Nesterov>(update, stream);
    case OptimizerKind::kAdagrad:
      return update_by<Adagrad>(update, stream);
    case OptimizerKind::kAdadelta:
      return update_by<Adadelta>(update, stream);
    case OptimizerKind::kRmsprop:
      return update_by<Rmsprop>(update, stream);
    case OptimizerKind::kAdamax:
      return update_by<Adamax>(update, stream);
    case OptimizerKind::kLion:
      return update_by<Lion>(update, stream);
    case OptimizerKind::kAdam:
      return update_by<Adam>(update, stream);
    case OptimizerKind::kNadam:
      return update_by<Nadam>(update, stream);
    case OptimizerKind::kRadam:
      return update_by<Radam>(update, stream);
    case OptimizerKind::kDirection:
      return update_by<Direction>(update, stream);
  }
}

}  // namespace fastcnn::cuda
