#include <algorithm>
#include <cmath>

#include "cuda/kernels/dense_sparse/dense_sparse.h"
#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "cuda/ops/sparse_stream.h"
#include "ops/activation.h"
#include "ops/dense/dense.h"

// Fully connected layers of few samples, of whose constant weights few are not zero.
namespace fastcnn::cuda {
namespace {

// Up to so many samples a layer takes the time in which its weights are read: of 8 bytes where the
// feature stands beside them, else of 4, or of 2 in a narrow precision. A tenth is left for rows
// that fill no warp.
constexpr std::int64_t kFewSamples = 16;
constexpr double kMaxDensity = 0.4;

double max_density(Precision precision) {
  const bool wide = precision == Precision::kFloat32 || precision == Precision::kTf32;
  return wide ? kMaxDensity : kMaxDensity / 2;
}

struct SparseRows {
  std::vector<SparseOutput> outputs;
  std::vector<FeatureWeight> entries;
};

// Of weights [features, outputs]: the entries of each output, the longest rows first.
SparseRows sparse_rows(const Shape& shape, const float* weights) {
  std::vector<std::int32_t> count(static_cast<std::size_t>(shape[1]), 0);
  for (std::int64_t i = 0; i < shape.count(); ++i) {
    if (weights[i] != 0.0f) ++count[static_cast<std::size_t>(i % shape[1])];
  }
  SparseRows rows;
  std::int32_t begin = 0;
  std::vector<std::int32_t> next;
  for (std::size_t o = 0; o < count.size(); ++o) {
    rows.outputs.push_back({static_cast<std::int32_t>(o), begin, begin + count[o]});
    next.push_back(begin);
    begin += count[o];
  }
  rows.entries.resize(static_cast<std::size_t>(begin));
  for (std::int64_t i = 0; i < shape.count(); ++i) {
    if (weights[i] == 0.0f) continue;
    std::int32_t& place = next[static_cast<std::size_t>(i % shape[1])];
    rows.entries[static_cast<std::size_t>(place++)] = {narrow(i / shape[1]), weights[i]};
  }
  std::stable_sort(rows.outputs.begin(), rows.outputs.end(),
                   [](const SparseOutput& a, const SparseOutput& b) {
                     return a.end - a.begin > b.end - b.begin;
                   });
  return rows;
}

class DenseSparseOperator final : public Operator {
 public:
  explicit DenseSparseOperator(const ops::OpSpec& spec) : dense_{} {
    const Shape& w = spec.inputs[1].shape;
    const SparseRows rows = sparse_rows(w, static_cast<const float*>(spec.constant(1)));
    const auto nonzeros = static_cast<double>(rows.entries.size());
    const ops::Clamp clamp = ops::activation_of(spec);
    dense_.samples = narrow(spec.inputs[0].shape[0]);
    dense_.features = narrow(w[0]), dense_.num_outputs = narrow(w[1]);
    dense_.low = clamp.low, dense_.high = clamp.high;
    tables = {as_table(rows.outputs), as_table(rows.entries)};
    kernel =
        join("dense_sparse_f32 (",
             std::round(1000 * nonzeros / static_cast<double>(w.count())) / 10, "% of weights)");
    flops = 2.0 * nonzeros * dense_.samples;
    input_layouts = {Layout::kPlain, Layout::kUnread, Layout::kPlain};
    output_layouts = {Layout::kPlain};
  }

  void enqueue(const RunArgs& args) const override {
    DenseSparse dense = dense_;
    dense.src = args.src(0);
    dense.outputs = args.table<SparseOutput>(0);
    dense.entries = args.table<FeatureWeight>(1);
    dense.bias = args.src(2);
    dense.dst = args.dst(0);
    dense_sparse(dense, args.stream);
  }

 private:
  DenseSparse dense_;
};

}  // namespace

std::optional<std::string> refuse_dense_sparse_rows(const ops::OpSpec& spec) {
  ops::expect_dense(spec);
  if (const auto why = refuse_types_and_sizes(spec)) return why;
  if (spec.constant(1) == nullptr) return "the weights are not constant";
  const std::int64_t samples = spec.inputs[0].shape[0];
  if (samples > kFewSamples) return join(samples, " samples, over ", kFewSamples);
  if (samples * spec.inputs[1].shape.count() == 0) return "there is nothing to compute";
  const double share = nonzero_share(spec);
  const double limit = max_density(spec.options.precision);
  if (share <= limit) return std::nullopt;
  return join(std::round(100 * share), "% of the weights are not zero, over ", 100 * limit, "%");
}

std::unique_ptr<Operator> make_dense_sparse_rows(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<DenseSparseOperator>(spec);
}

}  // namespace fastcnn::cuda
