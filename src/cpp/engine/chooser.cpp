#include "engine/chooser.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <utility>

#include "cpu/isa.h"
#include "ops/sparse/conv2d_pruned.h"

namespace fastcnn::engine {
namespace {

constexpr double kBudgetMs = 1500;
constexpr double kMinFlops = 1e5;     // some 2 us: below, what is measured is the clock
constexpr double kMaxFlops = 4e9;     // a larger batch is measured on its first images
constexpr double kBetterThan = 0.97;  // of the time of the one that comes first

// As `op`, on as many images as keep it below kMaxFlops.
ops::OpSpec with_fewer_images(ops::OpSpec op, double flops) {
  const std::int64_t images = op.inputs[0].shape.rank() == 0 ? 1 : op.inputs[0].shape[0];
  const auto fewer = static_cast<std::int64_t>(static_cast<double>(images) * kMaxFlops / flops);
  if (fewer >= images) return op;
  const auto cut = [&](TensorDesc& desc) {
    if (desc.shape.rank() != 4 || desc.shape[0] != images) return;
    desc.shape = {std::max<std::int64_t>(1, fewer), desc.shape[1], desc.shape[2], desc.shape[3]};
  };
  cut(op.inputs[0]);
  if (op.inputs.size() == 4) cut(op.inputs[3]);
  for (TensorDesc& output : op.outputs) cut(output);
  return op;
}

// As the table names it: where content decides how much is computed, each amount of work, to two
// digits, is a way of its own.
std::string name_of(const ops::Candidate& candidate, const ops::Operator& op) {
  if (dynamic_cast<const ops::Pruned*>(&op) == nullptr) return candidate.implementation->name;
  char work[32];
  std::snprintf(work, sizeof work, " %.1e", op.flops);
  return candidate.implementation->name + std::string(work);
}

std::size_t constant_bytes(const PlanSpec& spec) {
  std::size_t total = 0;
  for (const ValueSpec& value : spec.values) {
    if (value.role != Role::kConstant) continue;
    total += static_cast<std::size_t>(value.desc.shape.count()) * size_of(value.desc.dtype);
  }
  return total;
}

}  // namespace

Chooser::Chooser(const PlanSpec& spec)
    : table_(spec.choices.get()), stopwatch_(spec.threads, constant_bytes(spec)) {}

ops::Choice Chooser::choose(const ops::OpSpec& op, std::optional<bool> on_pixels) {
  std::vector<ops::Candidate> candidates = ops::candidates(op);
  // Only convolutions come in several ways that are worth their time to tell apart.
  if (table_ != nullptr && op.op == "conv2d" && candidates.size() > 1) {
    return choose_measured(op, std::move(candidates), on_pixels);
  }
  const ops::Candidate& first = candidates.front();
  return {first.implementation->make(op), first.implementation, first.why};
}

std::optional<double> Chooser::least_ms(const ops::OpSpec& op, bool on_pixels) {
  std::vector<Way> ways = ways_of(op, ops::candidates(op));
  const double flops = most_flops(ways);
  ways = only(std::move(ways), on_pixels);
  const ChoiceTable::Times times = times_of(op, ways, flops);
  std::optional<double> least;
  for (const Way& way : ways) {
    const auto found = times.find(way.name);
    if (found != times.end()) least = std::min(least.value_or(found->second), found->second);
  }
  return least;
}

double Chooser::reorder_ms(const TensorDesc& from, Layout to) {
  ops::OpSpec op{"reorder", {}, {from}, {from}, {}, {}};
  op.outputs[0].layout = to;
  const std::string key = join(key_of(op), " to ", name_of(to));
  ChoiceTable::Times times = table_->find(key);
  if (times.empty()) {
    const ops::Choice choice = ops::choose(op);
    times["reorder"] = stopwatch_.time(op, *choice.op, std::numeric_limits<double>::infinity());
    table_->add(key, times);
  }
  return times.begin()->second;
}

std::vector<Chooser::Way> Chooser::ways_of(const ops::OpSpec& op,
                                           std::vector<ops::Candidate> candidates) {
  std::vector<Way> ways;
  for (ops::Candidate& candidate : candidates) {
    std::unique_ptr<ops::Operator> made = candidate.implementation->make(op);
    std::string name = name_of(candidate, *made);
    ways.push_back({std::move(candidate), std::move(made), std::move(name)});
  }
  return ways;
}

// Those that give lines of pixels, or the others; all where there are none.
std::vector<Chooser::Way> Chooser::only(std::vector<Way> ways, bool on_pixels) {
  const auto others = std::stable_partition(ways.begin(), ways.end(), [&](const Way& way) {
    return (way.op->output_layouts[0] == Layout::kPixels) == on_pixels;
  });
  if (others != ways.begin()) ways.erase(others, ways.end());
  return ways;
}

double Chooser::most_flops(const std::vector<Way>& ways) {
  double flops = 0;
  for (const Way& way : ways) flops = std::max(flops, way.op->flops);
  return flops;
}

ChoiceTable::Times Chooser::times_of(const ops::OpSpec& op, const std::vector<Way>& ways,
                                     double flops) {
  if (flops < kMinFlops) return {};
  const ops::OpSpec measured = with_fewer_images(op, flops);
  const std::string key = key_of(measured);
  ChoiceTable::Times times = table_->find(key);
  measure(measured, ways, times);
  table_->add(key, times);
  return times;
}

ops::Choice Chooser::choose_measured(const ops::OpSpec& op, std::vector<ops::Candidate> candidates,
                                     std::optional<bool> on_pixels) {
  std::vector<Way> ways = ways_of(op, std::move(candidates));
  const double flops = most_flops(ways);
  if (on_pixels) ways = only(std::move(ways), *on_pixels);
  ChoiceTable::Times times;
  if (ways.size() > 1) times = times_of(op, ways, flops);

  const auto time_of = [&](const Way& way) {
    const auto found = times.find(way.name);
    return found == times.end() ? std::numeric_limits<double>::infinity() : found->second;
  };
  double best = kBetterThan * time_of(ways[0]);
  Way* winner = &ways[0];
  std::string told;
  for (Way& way : ways) {
    const double time = time_of(way);
    if (times.count(way.name) != 0) {
      told += join(told.empty() ? "measured: " : ", ", way.candidate.implementation->name, " ",
                   time, " ms");
    }
    if (time < best) {
      best = time;
      winner = &way;
    }
  }
  ops::Choice choice{std::move(winner->op), winner->candidate.implementation,
                     winner->candidate.why};
  choice.why += (choice.why.empty() || told.empty() ? "" : "; ") + told;
  return choice;
}

void Chooser::measure(const ops::OpSpec& op, const std::vector<Way>& ways,
                      ChoiceTable::Times& times) {
  double best = std::numeric_limits<double>::infinity();
  for (const Way& way : ways) {
    const auto known = times.find(way.name);
    if (known != times.end()) best = std::min(best, known->second);
  }
  using Clock = std::chrono::steady_clock;
  for (const Way& way : ways) {
    if (times.count(way.name) != 0 || spent_ms_ > kBudgetMs) continue;
    const auto start = Clock::now();
    const double time = stopwatch_.time(op, *way.candidate.implementation->make(op), best);
    times[way.name] = time;
    best = std::min(best, time);
    spent_ms_ += std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  }
}

std::string Chooser::key_of(const ops::OpSpec& op) const {
  std::string key =
      join(op.op, " ", cpu::name_of(cpu::active_isa()), " threads=", stopwatch_.threads(),
           " between=", stopwatch_.between_bytes() >> 20, "MiB", " ", op.attributes);
  for (const auto* descs : {&op.inputs, &op.outputs}) {
    for (const TensorDesc& desc : *descs) key += join(" ", name_of(desc.layout), desc.shape);
  }
  return key;
}

}  // namespace fastcnn::engine
