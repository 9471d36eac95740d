#include "cuda/kernels/loss/kernel.cuh"

namespace fastcnn::cuda {
namespace {

using LossKernel = void (*)(LossRows);

template <typename Loss>
LossKernel kernel_of(bool backward) {
  return backward ? &loss_backward_kernel<Loss> : &loss_kernel<Loss>;
}

LossKernel kernel_of(LossKind kind, bool backward) {
  switch (kind) {
    case LossKind::kSparseSoftmaxCrossEntropy:
      return kernel_of<SparseSoftmaxCrossEntropy>(backward);
    case LossKind::kSoftmaxCrossEntropy:
      return kernel_of<SoftmaxCrossEntropy>(backward);
    case LossKind::kSparseCrossEntropy:
      return kernel_of<SparseCrossEntropy>(backward);
    case LossKind::kCrossEntropy:
      return kernel_of<SumOfTerms<CrossEntropyTerm>>(backward);
    case LossKind::kBinaryCrossEntropy:
      return kernel_of<SumOfTerms<BinaryCrossEntropyTerm>>(backward);
    case LossKind::kSquaredError:
      break;
  }
  return kernel_of<SumOfTerms<SquaredErrorTerm>>(backward);
}

void run(LossKind kind, bool backward, const LossRows& rows, cudaStream_t stream) {
  launch(kernel_of(kind, backward), dim3(blocks(rows.rows, kLossWarps)), dim3(32 * kLossWarps),
         stream, rows);
}

}  // namespace

void loss(LossKind kind, const LossRows& rows, cudaStream_t stream) {
  run(kind, false, rows, stream);
}

void loss_backward(LossKind kind, const LossRows& rows, cudaStream_t stream) {
  run(kind, true, rows, stream);
}

}  // namespace fastcnn::cuda
