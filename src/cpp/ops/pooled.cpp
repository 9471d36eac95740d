#include "ops/pooled.h"

#include <chrono>
#include <utility>

namespace fastcnn::ops {
namespace {

// Both nodes; all the time is told as that of the first.
class Pooled final : public Operator {
 public:
  explicit Pooled(std::unique_ptr<Operator> both) : both_(std::move(both)) {
    kernel = both_->kernel;
    input_layouts = both_->input_layouts;
    output_layouts = both_->output_layouts;
    packings = both_->packings;
    flops = both_->flops;
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    return both_->scratch_bytes(threads);
  }

  void run(const RunArgs& args) const override {
    using Clock = std::chrono::steady_clock;
    if (args.parts == nullptr) return both_->run(args);
    const auto start = Clock::now();
    both_->run(args);
    *args.parts += std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  }

 private:
  std::unique_ptr<Operator> both_;
};

}  // namespace

std::unique_ptr<Operator> make_pooled(const Operator& op, const Operator& next) {
  const auto* const first = dynamic_cast<const Poolable*>(&op);
  const auto* const second = dynamic_cast<const Pooling*>(&next);
  if (first == nullptr || second == nullptr || !second->keeps_largest_of_2x2()) return nullptr;
  std::unique_ptr<Operator> both = first->pooled();
  return both == nullptr ? nullptr : std::make_unique<Pooled>(std::move(both));
}

}  // namespace fastcnn::ops
