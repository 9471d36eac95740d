#include <memory>
#include <utility>
#include <vector>

#include "base/error.h"
#include "engine/readers.h"
#include "ops/convolution/conv2d_bands.h"

namespace fastcnn::engine {
namespace {

class Joining {
 public:
  Joining(const PlanSpec& spec, Program& program)
      : spec_(spec), program_(program), readers_(spec, program), taken_(program.steps.size()) {}

  void run() {
    for (std::size_t s = 0; s < taken_.size(); ++s) {
      if (!taken_[s]) run_together(chain_from(s));
    }
    drop_empty(program_);
  }

 private:
  const ops::Operator& at(std::size_t s) const { return *program_.steps[s].run; }

  // Rows that a window spans are computed for two bands, so one window behind the first is enough.
  std::vector<std::size_t> chain_from(std::size_t s) const {
    std::vector<std::size_t> chain = {s};
    bool window = false;
    for (;;) {
      const std::size_t next = readers_.only_reader(chain.back());
      if (next == kNone || taken_[next]) return chain;
      if (!ops::band_may_follow(at(chain.back()), at(next))) return chain;
      const bool spans = ops::spans_rows(at(next));
      if (window && spans) return chain;
      window = window || spans;
      chain.push_back(next);
    }
  }

  void run_together(const std::vector<std::size_t>& chain) {
    if (chain.size() == 1) return;
    std::vector<const ops::Operator*> convs;
    for (const std::size_t s : chain) convs.push_back(&at(s));
    std::unique_ptr<ops::Operator> together = ops::make_conv2d_bands(convs, spec_.threads);
    if (together == nullptr) return;
    put_together(program_, chain, std::move(together),
                 join("band by band, ", chain.size(), " convolutions together"));
    for (const std::size_t s : chain) taken_[s] = true;
  }

  const PlanSpec& spec_;
  Program& program_;
  Readers readers_;
  std::vector<bool> taken_;  // step
};

}  // namespace

void join_bands(const PlanSpec& spec, Program& program) { Joining(spec, program).run(); }

}  // namespace fastcnn::engine
