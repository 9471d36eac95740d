#include "ops/dense/dense.h"

#include "kernels/gemm/gemm.h"
#include "ops/checks.h"
#include "ops/dense/gemm.h"

namespace fastcnn::ops {
namespace {

// The three matrix products of a fully connected layer, all by the one gemm kernel. With x [N, K],
// w [K, M]:
//
//   dense                   y      = clamp(x w + b)   rows N, cols M, depth K
//   dense_backward_data     grad_x = grad_y w^T       rows N, cols K, depth M
//   dense_backward_weights  grad_w = x^T grad_y       rows K, cols M, depth N
//
// What varies is the operand that is packed as B, and the strides at which A is read.
class DenseOperator final : public Operator {
 public:
  struct Operand {
    std::size_t input;
    std::int64_t row_stride;
    std::int64_t depth_stride;
  };

  DenseOperator(const Gemm& gemm, Operand a, Packing b, bool has_bias)
      : gemm_(gemm), a_(a), has_bias_(has_bias) {
    kernel = gemm.kernel();
    flops = gemm.flops();
    packings = {std::move(b)};
    input_layouts.assign(has_bias ? 3 : 2, Layout::kPlain);
    output_layouts = {Layout::kPlain};
  }

  void run(const RunArgs& args) const override {
    gemm_.run(args.parallel, args.src(a_.input), a_.row_stride, a_.depth_stride,
              static_cast<const float*>(args.packed[0]), has_bias_ ? args.src(2) : nullptr,
              args.dst(0));
  }

 private:
  Gemm gemm_;
  Operand a_;
  bool has_bias_;
};

}  // namespace

std::optional<std::string> refuse_dense_gemm(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_dense_gemm(const OpSpec& spec) {
  expect_dense(spec);
  const Shape& x = spec.inputs[0].shape;
  const Shape& w = spec.inputs[1].shape;
  const Gemm gemm(x[0], w[1], w[0], activation_of(spec));
  return std::make_unique<DenseOperator>(gemm, DenseOperator::Operand{0, w[0], 1}, gemm.packing(1),
                                         true);
}

std::optional<std::string> refuse_dense_backward_data_gemm(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_dense_backward_data_gemm(const OpSpec& spec) {
  expect_dense_backward_data(spec);
  const Shape& grad_y = spec.inputs[0].shape;
  const Shape& w = spec.inputs[1].shape;
  const Gemm gemm(grad_y[0], w[0], w[1]);
  return std::make_unique<DenseOperator>(gemm, DenseOperator::Operand{0, w[1], 1},
                                         gemm.transposed_packing(1), false);
}

std::optional<std::string> refuse_dense_backward_weights_gemm(const OpSpec&) {
  return std::nullopt;
}

std::unique_ptr<Operator> make_dense_backward_weights_gemm(const OpSpec& spec) {
  expect_dense_backward_weights(spec);
  const Shape& x = spec.inputs[0].shape;
  const Shape& grad_y = spec.inputs[1].shape;
  const Gemm gemm(x[1], grad_y[1], x[0]);
  return std::make_unique<DenseOperator>(gemm, DenseOperator::Operand{0, 1, x[1]}, gemm.packing(1),
                                         false);
}

}  // namespace fastcnn::ops
