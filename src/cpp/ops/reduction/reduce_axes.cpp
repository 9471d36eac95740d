#include "kernels/reduce_axes/reduce_axes.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "ops/checks.h"
#include "ops/reduction/reduce_checks.h"
#include "ops/split.h"
#include "ops/stored_shape.h"

// reduce_sum, reduce_mean and the others over some axes. Blocked where the input is and only rows
// and columns of pixels are reduced.
namespace fastcnn::ops {
namespace {

using kernels::ReduceAxesKind;

// What is done with a sum or an extreme at the end.
enum class Finish { kNothing, kMean, kRoot, kLog, kLogAndShift };

struct Reduction {
  const char* op;
  ReduceAxesKind rows;
  ReduceAxesKind columns;
  Finish finish;
};

constexpr Reduction kReductions[] = {
    {"reduce_sum", ReduceAxesKind::kSumRows, ReduceAxesKind::kSumColumns, Finish::kNothing},
    {"reduce_mean", ReduceAxesKind::kSumRows, ReduceAxesKind::kSumColumns, Finish::kMean},
    {"reduce_max", ReduceAxesKind::kMaxRows, ReduceAxesKind::kMaxColumns, Finish::kNothing},
    {"reduce_min", ReduceAxesKind::kMinRows, ReduceAxesKind::kMinColumns, Finish::kNothing},
    {"reduce_prod", ReduceAxesKind::kProductRows, ReduceAxesKind::kProductColumns,
     Finish::kNothing},
    {"reduce_l1", ReduceAxesKind::kSumAbsRows, ReduceAxesKind::kSumAbsColumns, Finish::kNothing},
    {"reduce_l2", ReduceAxesKind::kSumSquareRows, ReduceAxesKind::kSumSquareColumns, Finish::kRoot},
    {"reduce_sum_square", ReduceAxesKind::kSumSquareRows, ReduceAxesKind::kSumSquareColumns,
     Finish::kNothing},
    {"reduce_log_sum", ReduceAxesKind::kSumRows, ReduceAxesKind::kSumColumns, Finish::kLog},
    {"reduce_log_sum_exp", ReduceAxesKind::kSumExpRows, ReduceAxesKind::kSumExpColumns,
     Finish::kLogAndShift},
};

const Reduction& reduction_of(const OpSpec& spec) {
  const auto* found = std::find_if(std::begin(kReductions), std::end(kReductions),
                                   [&](const Reduction& r) { return spec.op == r.op; });
  require(found != std::end(kReductions), ErrorKind::kInternal, spec.op, ": is no reduction");
  return *found;
}

// Neighbouring axes that are all kept or all reduced.
struct Group {
  std::int64_t extent;
  bool reduced;
  std::int64_t src_stride;
  std::int64_t dst_stride;  // 0 where reduced
};

// Innermost first. `stored` is as x lies in memory: an axis past the rank of x is never reduced.
std::vector<Group> groups_of(const Shape& stored, std::size_t rank, const ReducedAxes& reduced) {
  std::vector<Group> groups;
  std::int64_t src_stride = 1;
  std::int64_t dst_stride = 1;
  for (std::size_t a = stored.rank(); a-- > 0;) {
    const bool is_reduced = a < rank && reduced[a];
    if (stored[a] == 1) continue;
    if (!groups.empty() && groups.back().reduced == is_reduced) {
      groups.back().extent *= stored[a];
    } else {
      groups.push_back({stored[a], is_reduced, src_stride, is_reduced ? 0 : dst_stride});
    }
    src_stride *= stored[a];
    if (!is_reduced) dst_stride *= stored[a];
  }
  return groups;
}

// Channels that end within a block have gaps behind them that a plain [N, C] has not.
bool runs_blocked(const OpSpec& spec, const ReducedAxes& reduced) {
  const TensorDesc& x = spec.inputs[0];
  if (x.layout == Layout::kPlain || reduced[0] || reduced[1]) return false;
  return spec.outputs[0].shape.rank() == 4 ||
         (spec.outputs[0].shape.rank() == 2 && whole_blocks({x.shape[1]}));
}

class ReduceAxes final : public Operator {
 public:
  explicit ReduceAxes(const OpSpec& spec) : reduction_(reduction_of(spec)) {
    const TensorDesc& x = spec.inputs[0];
    const ReducedAxes reduced = reduced_axes(spec);
    const Layout layout = runs_blocked(spec, reduced) ? Layout::kBlocked : Layout::kPlain;
    input_layouts = {layout};
    output_layouts = {spec.outputs[0].shape.rank() == 4 ? layout : Layout::kPlain};
    flops = static_cast<double>(x.shape.count());

    matrix_.dst_count = stored_shape(spec.outputs[0].shape, output_layouts[0]).count();
    if (x.shape.count() == 0) {
      matrix_.outputs = matrix_.dst_count;
      matrix_.count = 0;
    } else {
      loops_ = groups_of(stored_shape(x.shape, layout), x.shape.rank(), reduced);
      take_matrix();
    }
    for (const Group& loop : loops_) (loop.reduced ? repeats_ : items_) *= loop.extent;
    reduced_ = static_cast<double>(repeats_ * matrix_.count);
    kernel_ = &kernels::select_reduce_axes(matrix_.in_rows ? reduction_.rows : reduction_.columns);
    max_ = &kernels::select_reduce_axes(matrix_.in_rows ? ReduceAxesKind::kMaxRows
                                                        : ReduceAxesKind::kMaxColumns);
    kernel = kernel_->name;
  }

  std::size_t scratch_bytes(std::size_t) const override {
    const bool shifted = reduction_.finish == Finish::kLogAndShift;
    return shifted ? static_cast<std::size_t>(matrix_.dst_count) * sizeof(float) : 0;
  }

  void run(const RunArgs& args) const override {
    const std::int64_t step = std::clamp<std::int64_t>(matrix_.outputs, 1, kStep);
    const std::int64_t steps = divide_up(matrix_.outputs, step);
    const double bytes = sizeof(float) * reduced_ * static_cast<double>(step);
    Split(items_ * steps, bytes).run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t first = i % steps * step;
        reduce_item(args, i / steps, first, std::min(step, matrix_.outputs - first));
      }
    });
  }

 private:
  static constexpr std::int64_t kStep = 256;  // outputs of one call

  // What one call of the kernel reduces, of all the outputs.
  struct Matrix {
    bool in_rows = false;
    std::int64_t outputs = 1;
    std::int64_t count = 1;
    std::int64_t stride = 1;
    std::int64_t dst_count = 1;
  };

  // Takes the two innermost groups out of the loops.
  void take_matrix() {
    const auto take = [this] {
      const Group group = loops_.empty() ? Group{1, false, 1, 1} : loops_.front();
      if (!loops_.empty()) loops_.erase(loops_.begin());
      return group;
    };
    const Group inner = take();
    const Group outer = take();
    matrix_.in_rows = inner.reduced;
    matrix_.outputs = inner.reduced ? outer.extent : inner.extent;
    matrix_.count = inner.reduced ? inner.extent : outer.extent;
    matrix_.stride = outer.src_stride;
  }

  // Outputs [first, first + count) of item `item` of the loops over what is kept.
  void reduce_item(const RunArgs& args, std::int64_t item, std::int64_t first,
                   std::int64_t count) const {
    std::int64_t src = first * (matrix_.in_rows ? matrix_.stride : 1);
    std::int64_t dst = first;
    for (const Group& loop : loops_) {
      if (loop.reduced) continue;
      src += item % loop.extent * loop.src_stride;
      dst += item % loop.extent * loop.dst_stride;
      item /= loop.extent;
    }
    float* result = args.dst(0) + dst;
    float* shift = nullptr;
    if (reduction_.finish == Finish::kLogAndShift) {
      shift = static_cast<float*>(args.scratch) + dst;
      repeat(*max_, args.src(0) + src, nullptr, shift, count);
      for (std::int64_t i = 0; i < count; ++i) shift[i] = std::isfinite(shift[i]) ? shift[i] : 0;
    }
    repeat(*kernel_, args.src(0) + src, shift, result, count);
    finish(result, shift, count);
  }

  // Runs a kernel over the loops over what is reduced.
  void repeat(const kernels::ReduceAxesKernel& kernel_of, const float* src, const float* shift,
              float* dst, std::int64_t count) const {
    for (std::int64_t r = 0; r < repeats_; ++r) {
      std::int64_t offset = 0;
      std::int64_t index = r;
      for (const Group& loop : loops_) {
        if (!loop.reduced) continue;
        offset += index % loop.extent * loop.src_stride;
        index /= loop.extent;
      }
      kernel_of.run({static_cast<std::size_t>(count), static_cast<std::size_t>(matrix_.count),
                     src + offset, static_cast<std::size_t>(matrix_.stride), shift, dst, r == 0});
    }
  }

  void finish(float* dst, const float* shift, std::int64_t count) const {
    for (std::int64_t i = 0; i < count; ++i) {
      switch (reduction_.finish) {
        case Finish::kNothing:
          return;
        case Finish::kMean:
          dst[i] /= static_cast<float>(reduced_);
          break;
        case Finish::kRoot:
          dst[i] = std::sqrt(dst[i]);
          break;
        case Finish::kLog:
          dst[i] = std::log(dst[i]);
          break;
        case Finish::kLogAndShift:
          dst[i] = std::log(dst[i]) + shift[i];
          break;
      }
    }
  }

  const Reduction& reduction_;
  const kernels::ReduceAxesKernel* kernel_ = nullptr;
  const kernels::ReduceAxesKernel* max_ = nullptr;
  Matrix matrix_;
  std::vector<Group> loops_;  // innermost first
  std::int64_t items_ = 1;    // of the loops over what is kept
  std::int64_t repeats_ = 1;  // of the loops over what is reduced
  double reduced_ = 1;        // elements behind one output
};

}  // namespace

std::optional<std::string> refuse_reduce_axes(const OpSpec& spec) {
  if (spec.inputs.size() > 1) return "the axes are not known when the plan is made";
  spec.expect_inputs(1, 1);
  expect_outputs(spec, 1);
  if (const auto other = refuse_types_but_float(spec)) return other;
  expect_output(spec, 0, reduced_shape(spec, reduced_axes(spec)));
  return std::nullopt;
}

std::unique_ptr<Operator> make_reduce_axes(const OpSpec& spec) {
  return std::make_unique<ReduceAxes>(spec);
}

}  // namespace fastcnn::ops
