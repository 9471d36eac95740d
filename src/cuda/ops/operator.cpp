#include "cuda/ops/operator.h"

namespace fastcnn::cuda {

#define FASTCNN_CUDA_OP(op, name)                               \
  std::optional<std::string> refuse_##name(const ops::OpSpec&); \
  std::unique_ptr<Operator> make_##name(const ops::OpSpec&, const Layouts&);
#include "cuda/ops/implementations.inc"
#undef FASTCNN_CUDA_OP

const std::vector<Implementation>& implementations() {
  static const std::vector<Implementation> list = {
#define FASTCNN_CUDA_OP(op, name) {#op, #name, refuse_##name, make_##name},
#include "cuda/ops/implementations.inc"
#undef FASTCNN_CUDA_OP
  };
  return list;
}

std::vector<const Implementation*> accepting(const ops::OpSpec& spec) {
  std::vector<const Implementation*> found;
  std::string why;
  for (const Implementation& candidate : implementations()) {
    if (spec.op != candidate.op) continue;
    const std::optional<std::string> refusal = candidate.refuse(spec);
    if (!refusal) {
      found.push_back(&candidate);
    } else {
      why += join(why.empty() ? "" : "; ", candidate.name, ": ", *refusal);
    }
  }
  if (!found.empty()) return found;
  throw Error(ErrorKind::kUnsupported,
              join(spec.op, why.empty() ? ": has no CUDA kernel" : ": no CUDA kernel takes this: ",
                   why, "; device=\"cpu\" runs it"));
}

}  // namespace fastcnn::cuda
