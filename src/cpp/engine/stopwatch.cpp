#include "engine/stopwatch.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>
#include <vector>

#include "cpu/cache.h"
#include "cpu/denormals.h"
#include "cpu/isa.h"
#include "ops/sparse/conv2d_pruned.h"

namespace fastcnn::engine {
namespace {

constexpr int kRuns = 5;
constexpr double kHopeless = 1.5;  // times the best so far
constexpr double kEnoughMs = 30;   // of runs of one operator
// Of runs of one operator of a small network, which finds its code and data in the caches: the
// first of them do not.
constexpr double kLeastMs = 0.5;
constexpr std::size_t kMiB = 1 << 20;

std::size_t stored_bytes(const TensorDesc& desc) {
  const auto block = static_cast<std::int64_t>(cpu::block());
  return static_cast<std::size_t>(desc.stored_count(block)) * size_of(desc.dtype);
}

AlignedBuffer zeros(std::size_t size_bytes) {
  AlignedBuffer buffer(size_bytes);
  if (size_bytes != 0) std::memset(buffer.data(), 0, size_bytes);
  return buffer;
}

// An operator with memory of its own, the conversions of its inputs, and that of a result which
// other operators would not read as it is.
class Bench {
 public:
  Bench(const ops::OpSpec& spec, const ops::Operator& op, std::size_t threads)
      : op_(op), threads_(threads), scratch_(op.scratch_bytes(threads)) {
    for (std::size_t i = 0; i < spec.inputs.size(); ++i) {
      TensorDesc desc = spec.inputs[i];
      born_.push_back(zeros(stored_bytes(desc)));
      void* input = born_.back().data();
      if (desc.layout != op.input_layouts[i]) {
        ops::OpSpec reorder{"reorder", {}, {desc}, {desc}, {}};
        reorder.outputs[0].layout = op.input_layouts[i];
        converted_.push_back(zeros(stored_bytes(reorder.outputs[0])));
        conversions_.push_back({ops::choose(reorder).op, input, converted_.back().data()});
        input = converted_.back().data();
      }
      inputs_.push_back(input);
    }
    for (std::size_t i = 0; i < spec.outputs.size(); ++i) {
      TensorDesc desc = spec.outputs[i];
      desc.layout = op.output_layouts[i];
      results_.push_back(zeros(stored_bytes(desc)));
      outputs_.push_back(results_.back().data());
      // Lines of pixels stay that only within a chain of convolutions: the first of one pays for
      // the way back.
      if (desc.layout == Layout::kPixels && spec.inputs[0].layout != Layout::kPixels) {
        ops::OpSpec reorder{"reorder", {}, {desc}, {desc}, {}};
        reorder.outputs[0].layout = Layout::kBlocked;
        converted_.push_back(zeros(stored_bytes(reorder.outputs[0])));
        back_.push_back({ops::choose(reorder).op, outputs_.back(), converted_.back().data()});
      }
    }
    for (const ops::Packing& packing : op.packings) {
      packs_.push_back(zeros(packing.size_bytes));
      if (dynamic_cast<const ops::Pruned*>(&op) != nullptr) {
        packing.pack(packing, spec.constant(packing.input), packs_.back().data(), {threads});
      }
      packed_.push_back(packs_.back().data());
    }
  }

  void write_input() {
    if (born_[0].size_bytes() != 0) std::memset(born_[0].data(), 0, born_[0].size_bytes());
  }

  void run() const {
    convert(conversions_);
    op_.run({inputs_.data(), outputs_.data(), packed_.data(), scratch_.data(), {threads_}});
    convert(back_);
  }

 private:
  struct Conversion {
    std::unique_ptr<ops::Operator> op;
    const void* from;
    void* to;
  };

  void convert(const std::vector<Conversion>& conversions) const {
    for (const Conversion& conversion : conversions) {
      const void* from = conversion.from;
      void* to = conversion.to;
      conversion.op->run({&from, &to, nullptr, nullptr, {threads_}});
    }
  }

  const ops::Operator& op_;
  std::size_t threads_;
  AlignedBuffer scratch_;
  std::vector<AlignedBuffer> born_, converted_, results_, packs_;
  std::vector<Conversion> conversions_, back_;
  std::vector<const void*> inputs_, packed_;
  std::vector<void*> outputs_;
};

}  // namespace

Stopwatch::Stopwatch(std::size_t threads, std::size_t weights_bytes)
    : threads_(threads), between_bytes_(0) {
  const std::size_t last_level = cpu::cache_sizes().l3 != 0 ? cpu::cache_sizes().l3 : 32 * kMiB;
  const std::size_t wanted = std::min(weights_bytes, last_level + last_level / 4);
  // A power of two, so that networks of about one size share what was measured.
  for (std::size_t size = kMiB; size <= wanted; size *= 2) between_bytes_ = size;
}

void Stopwatch::read_between() {
  if (between_bytes_ == 0) return;
  if (between_.size_bytes() == 0) between_ = zeros(between_bytes_);
  const auto* bytes = static_cast<const volatile char*>(between_.data());
  const std::size_t part = between_bytes_ / threads_;
  cpu::Parallel{threads_}(threads_, [&](std::size_t task, std::size_t) {
    for (std::size_t i = 0; i < part; i += kAlignment) static_cast<void>(bytes[task * part + i]);
  });
}

double Stopwatch::time(const ops::OpSpec& spec, const ops::Operator& op, double worth) {
  using Clock = std::chrono::steady_clock;
  const cpu::FlushDenormals flush;
  Bench bench(spec, op, threads_);
  double best = std::numeric_limits<double>::infinity();
  double total = 0;
  const double least = between_bytes_ == 0 ? kLeastMs : 0;
  for (int run = 0; (run < kRuns || total < least) && total < kEnoughMs; ++run) {
    read_between();
    bench.write_input();
    const auto start = Clock::now();
    bench.run();
    const double ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    best = std::min(best, ms);
    total += ms;
    if (run > 0 && total >= least && best > kHopeless * worth) break;
  }
  return best;
}

}  // namespace fastcnn::engine
