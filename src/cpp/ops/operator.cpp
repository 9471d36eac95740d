#include "ops/operator.h"

namespace fastcnn::ops {

#define FASTCNN_OP(op, name)                               \
  std::optional<std::string> refuse_##name(const OpSpec&); \
  std::unique_ptr<Operator> make_##name(const OpSpec&);
#include "ops/implementations.inc"
#undef FASTCNN_OP

const std::vector<Implementation>& implementations() {
  static const std::vector<Implementation> list = {
#define FASTCNN_OP(op, name) {#op, #name, refuse_##name, make_##name},
#include "ops/implementations.inc"
#undef FASTCNN_OP
  };
  return list;
}

std::vector<Candidate> candidates(const OpSpec& spec) {
  std::vector<Candidate> accepted;
  std::string why;
  for (const Implementation& candidate : implementations()) {
    if (spec.op != candidate.op) continue;
    const std::optional<std::string> refusal = candidate.refuse(spec);
    if (refusal) {
      why += join(why.empty() ? "" : "; ", candidate.name, ": ", *refusal);
    } else {
      accepted.push_back({&candidate, why});
    }
  }
  require(!accepted.empty(), ErrorKind::kUnsupported, spec.op,
          why.empty() ? ": no such operation" : ": no kernel takes this: ", why);
  return accepted;
}

Choice choose(const OpSpec& spec) {
  const Candidate first = candidates(spec).front();
  return {first.implementation->make(spec), first.implementation, first.why};
}

}  // namespace fastcnn::ops
