#include "cuda/kernels/conv2d_sparse_tensor/conv2d_sparse_tensor.h"

#include <algorithm>

#include "cuda/ops/checks.h"
#include "cuda/ops/conv2d_product.h"
#include "cuda/ops/narrow.h"
#include "cuda/ops/sparse_stream.h"

// Convolutions and fully connected layers with weights of which two of four are zero, on sparse
// tensor cores.
namespace fastcnn::cuda {
namespace {

constexpr std::int64_t kFour = 4;

// What is left of four neighbouring weights: two, of which zeros may be, and where they stand.
struct TwoOfFour {
  float weight[2];
  std::uint32_t place[2];  // ascending
};

// Of line `line` on; false where more than two are not zero.
bool find_two(const SparseView& view, std::int64_t group, std::int64_t output, std::int64_t line,
              TwoOfFour& two) {
  two = {{0.0f, 0.0f}, {2, 3}};
  std::size_t found = 0;
  for (std::int64_t i = 0; i < kFour; ++i) {
    const float weight = view.at(group, output, line + i);
    if (weight == 0.0f) continue;
    if (found == 2) return false;
    two.weight[found] = weight;
    two.place[found++] = static_cast<std::uint32_t>(i);
  }
  if (found == 1) {
    two.place[1] = 3;
    if (two.place[0] == 3) {
      two = {{0.0f, two.weight[0]}, {2, 3}};
    }
  }
  return true;
}

bool is_two_of_four(const SparseView& view) {
  TwoOfFour two;
  for (std::int64_t group = 0; group < view.groups(); ++group) {
    for (std::int64_t o = 0; o < view.outputs(); ++o) {
      for (std::int64_t line = 0; line < view.lines(); line += kFour) {
        if (!find_two(view, group, o, line, two)) return false;
      }
    }
  }
  return true;
}

// The tables of Conv2dSparseTensor.
struct SparseFragments {
  std::vector<std::uint32_t> weights;
  std::vector<std::uint32_t> indices;
};

SparseFragments sparse_fragments(const SparseView& view, std::int64_t pieces, std::int64_t steps,
                                 Precision precision) {
  const auto narrow_bits = precision == Precision::kFloat16 ? &to_float16 : &to_bfloat16;
  SparseFragments tables;
  tables.weights.resize(static_cast<std::size_t>(view.groups() * pieces * steps * 128), 0);
  // 2 and 3 everywhere, also where there is no weight.
  tables.indices.resize(static_cast<std::size_t>(view.groups() * pieces * steps * 16), 0xeeeeeeee);
  for (std::int64_t group = 0; group < view.groups(); ++group) {
    for (std::int64_t o = 0; o < view.outputs(); ++o) {
      const std::int64_t row = o % kSparseTensorPiece;
      for (std::int64_t line = 0; line < view.lines(); line += kFour) {
        TwoOfFour two;
        find_two(view, group, o, line, two);
        const std::int64_t four = line / kFour % 8;
        const std::int64_t place =
            (group * pieces + o / kSparseTensorPiece) * steps + line / kSparseTensorStep;
        const std::int64_t lane = row % 8 * 4 + four % 4;
        const std::int64_t slot = four / 4 * 2 + row / 8;
        tables.weights[static_cast<std::size_t>((place * 32 + lane) * 4 + slot)] =
            narrow_bits(two.weight[0]) | static_cast<std::uint32_t>(narrow_bits(two.weight[1]))
                                             << 16;
        std::uint32_t& indices =
            tables.indices[static_cast<std::size_t>(place * 16 + row % 8 * 2 + four / 4)];
        const auto shift = static_cast<std::uint32_t>(row / 8 * 16 + four % 4 * 4);
        indices = (indices & ~(15u << shift)) | (two.place[0] | two.place[1] << 2) << shift;
      }
    }
  }
  return tables;
}

class Conv2dSparseTensorOperator final : public ProductOperator {
 public:
  Conv2dSparseTensorOperator(const Product& product, const float* weights, Precision precision)
      : ProductOperator(product), precision_(precision) {
    const SparseView view(product.view, weights);
    conv_ = {launch_of(product, view.phase()), nullptr, nullptr, 0, 0, {}};
    conv_.lines = lines_of(view.phase()).value();
    const std::int64_t steps = divide_up(view.lines(), kSparseTensorStep);
    // A block reads four pieces, which all are there.
    const std::int64_t pieces = divide_up(view.outputs(), 4 * kSparseTensorPiece) * 4;
    conv_.steps = narrow(steps);
    conv_.pieces = narrow(pieces);
    const SparseFragments fragments = sparse_fragments(view, pieces, steps, precision);
    tables = {as_table(row_taps(product.view, view.phase(), view.channels(),
                                steps * kSparseTensorStep, true, product.view.src_channels)),
              as_table(fragments.weights), as_table(fragments.indices)};
    kernel = join("conv2d_sparse_tensor_", precision == Precision::kFloat16 ? "f16" : "bf16",
                  "_64x64 (2:4, 50% of weights)");
    flops = product.view.flops / 2;
  }

  void enqueue(const RunArgs& args) const override {
    if (conv_.pixels == 0) return;
    Conv2dSparseTensor conv = conv_;
    point(conv, args, 0);
    conv.weights = args.table<uint4>(1);
    conv.indices = args.table<std::uint32_t>(2);
    conv2d_sparse_tensor(conv, precision_, args.stream);
  }

 private:
  Conv2dSparseTensor conv_{};
  Precision precision_;
};

}  // namespace

std::optional<std::string> refuse_conv2d_sparse_tensor(const ops::OpSpec& spec) {
  if (const auto why = refuse_product(spec)) return why;
  const Precision precision = spec.options.precision;
  if (precision != Precision::kFloat16 && precision != Precision::kBfloat16) {
    return "precision is neither float16 nor bfloat16";
  }
  if (spec.constant(1) == nullptr) return "the weights are not constant";
  const Product product = product_of(spec);
  if (spec.inputs[1].shape.count() == 0 || spec.outputs[0].shape.count() == 0) {
    return "there is nothing to compute";
  }
  const std::int64_t channels = product.view.src_channels / product.view.groups;
  if (channels % kFour != 0) return join(channels, " channels of a group, no multiple of 4");
  const char* const more = "more than two of four neighbouring weights are not zero";
  if (nonzero_share(spec) > 0.5) return more;
  const SparseView view(product.view, static_cast<const float*>(spec.constant(1)));
  if (!lines_of(view.phase())) {
    return join("a kernel of more than ", kMostTapRows, " rows or ", kMostTapColumns, " columns");
  }
  if (!is_two_of_four(view)) return more;
  return std::nullopt;
}

std::unique_ptr<Operator> make_conv2d_sparse_tensor(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<Conv2dSparseTensorOperator>(
      product_of(spec), static_cast<const float*>(spec.constant(1)), spec.options.precision);
}

}  // namespace fastcnn::cuda
