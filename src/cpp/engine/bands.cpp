#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "engine/program.h"
#include "ops/convolution/conv2d_bands.h"

namespace fastcnn::engine {
namespace {

class Joining {
 public:
  Joining(const PlanSpec& spec, Program& program)
      : spec_(spec), program_(program), readers_(program.tensors.size()), taken_(steps().size()) {
    for (std::size_t s = 0; s < steps().size(); ++s) {
      for (const auto* tensors : {&steps()[s].inputs, &steps()[s].packed}) {
        for (const std::size_t t : *tensors) readers_[t].push_back(s);
      }
    }
    for (const std::size_t v : spec.outputs) readers_[program.plain[v]].push_back(kNone);
    for (const auto& [state, now] : spec.updates) readers_[program.plain[now]].push_back(kNone);
  }

  void run() {
    for (std::size_t s = 0; s < steps().size(); ++s) {
      if (!taken_[s]) run_together(chain_from(s));
    }
    std::vector<Step> left;
    for (std::size_t s = 0; s < steps().size(); ++s) {
      if (steps()[s].run != nullptr) left.push_back(std::move(steps()[s]));
    }
    program_.steps = std::move(left);
  }

 private:
  std::vector<Step>& steps() { return program_.steps; }

  // The step that reads the result of step `s` as its first input, where nothing else reads it;
  // else kNone.
  std::size_t reader_of(std::size_t s) {
    const Step& step = steps()[s];
    if (step.outputs.size() != 1) return kNone;
    const std::vector<std::size_t>& readers = readers_[step.outputs[0]];
    if (readers.size() != 1 || readers[0] == kNone) return kNone;
    return steps()[readers[0]].inputs[0] == step.outputs[0] ? readers[0] : kNone;
  }

  // Rows that a window spans are computed for two bands, so one window behind the first is enough.
  std::vector<std::size_t> chain_from(std::size_t s) {
    std::vector<std::size_t> chain = {s};
    bool window = false;
    for (;;) {
      const std::size_t next = reader_of(chain.back());
      if (next == kNone || taken_[next]) return chain;
      if (!ops::band_may_follow(*steps()[chain.back()].run, *steps()[next].run)) return chain;
      const bool spans = ops::spans_rows(*steps()[next].run);
      if (window && spans) return chain;
      window = window || spans;
      chain.push_back(next);
    }
  }

  // Puts one step where the last of the chain stands; what the others read is made before.
  void run_together(const std::vector<std::size_t>& chain) {
    if (chain.size() == 1) return;
    std::vector<const ops::Operator*> convs;
    for (const std::size_t s : chain) convs.push_back(steps()[s].run.get());
    std::unique_ptr<ops::Operator> together = ops::make_conv2d_bands(convs, spec_.threads);
    if (together == nullptr) return;
    Step joined{"", "conv2d", "", std::move(together), {}, {}, {}, {}};
    for (const std::size_t s : chain) {
      Step& step = steps()[s];
      joined.name += (joined.name.empty() ? "" : " + ") + step.name;
      const bool first = s == chain.front();
      joined.inputs.insert(joined.inputs.end(), step.inputs.begin() + (first ? 0 : 1),
                           step.inputs.end());
      joined.packed.insert(joined.packed.end(), step.packed.begin(), step.packed.end());
      joined.outputs = step.outputs;
      step.why += join(step.why.empty() ? "" : "; ", "band by band, ", chain.size(),
                       " convolutions together");
      joined.parts.push_back(std::move(step));
      taken_[s] = true;
    }
    steps()[chain.back()] = std::move(joined);
  }

  const PlanSpec& spec_;
  Program& program_;
  std::vector<std::vector<std::size_t>> readers_;  // tensor -> steps; kNone: the caller
  std::vector<bool> taken_;                        // step
};

}  // namespace

void join_bands(const PlanSpec& spec, Program& program) { Joining(spec, program).run(); }

}  // namespace fastcnn::engine
