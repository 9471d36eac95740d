#include "cuda/kernels/reduce_axes/reduce_axes.h"

#include <algorithm>
#include <iterator>

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/reduction/reduce_checks.h"

// reduce_sum, reduce_mean and the others over some axes, of an image in the layout in which it
// comes.
namespace fastcnn::cuda {
namespace {

struct NamedReduction {
  const char* op;
  ReduceAxesKind kind;
};

constexpr NamedReduction kReductions[] = {
    {"reduce_sum", ReduceAxesKind::kSum},
    {"reduce_mean", ReduceAxesKind::kMean},
    {"reduce_max", ReduceAxesKind::kMax},
    {"reduce_min", ReduceAxesKind::kMin},
    {"reduce_prod", ReduceAxesKind::kProduct},
    {"reduce_l1", ReduceAxesKind::kSumAbs},
    {"reduce_l2", ReduceAxesKind::kRootOfSquares},
    {"reduce_sum_square", ReduceAxesKind::kSumSquares},
    {"reduce_log_sum", ReduceAxesKind::kLogOfSum},
    {"reduce_log_sum_exp", ReduceAxesKind::kLogOfSumOfExp},
};

ReduceAxesKind reduction_of(const ops::OpSpec& spec) {
  const auto* found = std::find_if(std::begin(kReductions), std::end(kReductions),
                                   [&](const NamedReduction& r) { return spec.op == r.op; });
  require(found != std::end(kReductions), ErrorKind::kInternal, spec.op, ": is no reduction");
  return found->kind;
}

// Neighbouring axes that are walked through alike.
struct WalkedGroup {
  std::int64_t extent;
  bool reduced;
  std::int64_t src_stride;
  std::int64_t dst_stride;  // 0 where reduced
};

// The axes of x in the order in which they lie, innermost first.
std::vector<std::size_t> innermost_first(std::size_t rank, Layout layout) {
  if (layout == Layout::kNhwc) return {1, 3, 2, 0};
  std::vector<std::size_t> axes;
  for (std::size_t axis = rank; axis-- > 0;) axes.push_back(axis);
  return axes;
}

// Innermost first.
std::vector<WalkedGroup> walked_groups(const Shape& x, const ops::ReducedAxes& reduced, Layout from,
                                       Layout to) {
  std::int64_t dst_strides[Shape::kMaxRank] = {};
  std::int64_t stride = 1;
  for (const std::size_t axis : innermost_first(x.rank(), to)) {
    if (reduced[axis]) continue;
    dst_strides[axis] = stride;
    stride *= x[axis];
  }
  std::vector<WalkedGroup> groups;
  stride = 1;
  for (const std::size_t axis : innermost_first(x.rank(), from)) {
    if (x[axis] == 1) continue;
    const WalkedGroup group{x[axis], reduced[axis], stride, dst_strides[axis]};
    stride *= x[axis];
    if (!groups.empty() && groups.back().reduced == group.reduced &&
        (group.reduced || groups.back().dst_stride * groups.back().extent == group.dst_stride)) {
      groups.back().extent *= group.extent;
    } else {
      groups.push_back(group);
    }
  }
  return groups;
}

class ReduceAxesOperator final : public Operator {
 public:
  ReduceAxesOperator(const ops::OpSpec& spec, Layout from) : reduce_{}, kind_(reduction_of(spec)) {
    const Shape& x = spec.inputs[0].shape;
    const Layout to = spec.outputs[0].shape.rank() == 4 ? from : Layout::kPlain;
    kernel = "reduce_axes_f32";
    flops = static_cast<double>(x.count());
    input_layouts = {from};
    output_layouts = {to};
    const std::vector<WalkedGroup> groups = walked_groups(x, ops::reduced_axes(spec), from, to);
    for (WalkedAxes* axes : {&reduce_.kept, &reduce_.reduced}) {
      std::fill(std::begin(axes->extent), std::end(axes->extent), 1);
    }
    int kept = kReducedAxes;
    int reduced = kReducedAxes;
    reduce_.count = 1;
    for (const WalkedGroup& group : groups) {
      WalkedAxes& axes = group.reduced ? reduce_.reduced : reduce_.kept;
      const int place = group.reduced ? --reduced : --kept;
      axes.extent[place] = narrow(group.extent);
      axes.src_stride[place] = narrow(group.src_stride);
      axes.dst_stride[place] = narrow(group.dst_stride);
      if (group.reduced) reduce_.count *= group.extent;
    }
    reduce_.outputs = spec.outputs[0].shape.count();
    reduce_.in_rows = !groups.empty() && groups.front().reduced;
  }

  void enqueue(const RunArgs& args) const override {
    if (reduce_.outputs == 0) return;
    ReduceAxes arguments = reduce_;
    arguments.src = args.src(0);
    arguments.dst = args.dst(0);
    reduce_axes(kind_, arguments, args.stream);
  }

 private:
  ReduceAxes reduce_;
  ReduceAxesKind kind_;
};

}  // namespace

std::optional<std::string> refuse_reduce_axes(const ops::OpSpec& spec) {
  if (spec.inputs.size() > 1) return "the axes are not known when the plan is made";
  spec.expect_inputs(1, 1);
  ops::expect_outputs(spec, 1);
  if (const auto why = refuse_types_and_sizes(spec)) return why;
  ops::expect_output(spec, 0, ops::reduced_shape(spec, ops::reduced_axes(spec)));
  return std::nullopt;
}

std::unique_ptr<Operator> make_reduce_axes(const ops::OpSpec& spec, const Layouts& given) {
  return std::make_unique<ReduceAxesOperator>(
      spec, prefers_nhwc(spec.inputs[0].shape, given) ? Layout::kNhwc : Layout::kPlain);
}

}  // namespace fastcnn::cuda
