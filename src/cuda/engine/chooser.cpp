#include "cuda/engine/chooser.h"

#include <cstdio>
#include <limits>

#include "cuda/engine/trial.h"

namespace fastcnn::cuda {
namespace {

constexpr double kBudgetMs = 2000;    // of the device, for one plan
constexpr double kMinFlops = 1e5;     // below, what is measured is the launch
constexpr double kBetterThan = 0.97;  // of the time of the one that comes first

// As the table names it: where content decides how much is computed, each amount of work, to two
// digits, is a way of its own.
std::string name_of(const Implementation& implementation, double flops) {
  char work[32];
  std::snprintf(work, sizeof work, " %.1e", flops);
  return implementation.name + std::string(work);
}

}  // namespace

Chosen Chooser::choose(const ops::OpSpec& op, const Layouts& given) {
  const std::vector<const Implementation*> found = accepting(op);
  if (table_ == nullptr || found.size() == 1) return {found.front(), ""};
  return choose_measured(op, given, found);
}

const std::string& Chooser::device() {
  if (device_.empty()) {
    cudaDeviceProp properties;
    FASTCNN_CUDA_TRY(cudaGetDeviceProperties(&properties, current_device()));
    device_ = join(properties.name, " ", properties.major, ".", properties.minor);
  }
  return device_;
}

Chosen Chooser::choose_measured(const ops::OpSpec& op, const Layouts& given,
                                const std::vector<const Implementation*>& candidates) {
  std::string key = join(device(), ": ", op.op,
                         " precision=", static_cast<int>(op.options.precision), " ", op.attributes);
  for (const auto* descs : {&op.inputs, &op.outputs}) {
    for (std::size_t i = 0; i < descs->size(); ++i) {
      const TensorDesc& desc = (*descs)[i];
      key += join(" ", fastcnn::name_of(desc.dtype), desc.shape);
      if (descs == &op.inputs) key += join(name_of(given[i]), op.constant(i) ? "!" : "");
    }
  }
  engine::ChoiceTable::Times times = table_->find(key);
  Chosen choice{candidates.front(), ""};
  double best = std::numeric_limits<double>::infinity();
  for (const Implementation* candidate : candidates) {
    const std::unique_ptr<Operator> made = candidate->make(op, given);
    if (made->flops < kMinFlops) return {candidates.front(), ""};
    const std::string name = name_of(*candidate, made->flops);
    if (times.count(name) == 0) {
      if (spent_ms_ > kBudgetMs) continue;
      try {
        Trial trial(op, given, *candidate);
        times[name] = trial.milliseconds();
        spent_ms_ += trial.spent_ms();
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::kMemory) throw;
        return {candidates.front(), "not measured: no memory for a trial"};
      }
    }
    const double time = times[name];
    choice.why += join(choice.why.empty() ? "measured: " : ", ", candidate->name, " ", time, " ms");
    if (time < (candidate == candidates.front() ? 1.0 : kBetterThan) * best) {
      best = time;
      choice.implementation = candidate;
    }
  }
  table_->add(key, times);
  return choice;
}

}  // namespace fastcnn::cuda
