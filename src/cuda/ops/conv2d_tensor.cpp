#include "cuda/kernels/conv2d_tensor/conv2d_tensor.h"

#include <vector>

#include "cuda/ops/conv2d_product.h"

// Products on tensor cores, where the user allows operands to be rounded.
namespace fastcnn::cuda {
namespace {

constexpr std::int64_t kReadAhead = 16;  // rows of taps

class Conv2dTensorOperator final : public ProductOperator {
 public:
  Conv2dTensorOperator(const Product& product, Precision precision)
      : ProductOperator(product), precision_(precision) {
    const WeightMatrices matrices = weight_matrices(product.view);
    vector_ = matrices.channels % 4 == 0;
    for (const ConvPhase& phase : conv_phases(product.view)) {
      Conv2dTensor conv{launch_of(product, phase), nullptr, matrices.rows(phase), 0};
      conv.columns = conv2d_tensor_columns(conv, vector_);
      launches_.push_back(conv);
      packings.push_back(matrices.fragments(phase, 1, precision, conv.columns));
      tables.push_back(as_table(
          row_taps(product.view, phase, matrices.channels, conv.rows + kReadAhead, vector_)));
    }
    kernel = launches_.empty() ? "nothing" : conv2d_tensor_name(launches_[0], precision, vector_);
  }

  void enqueue(const RunArgs& args) const override {
    for (std::size_t i = 0; i < launches_.size(); ++i) {
      Conv2dTensor conv = launches_[i];
      if (conv.pixels == 0 || conv.oc == 0) continue;
      point(conv, args, i);
      conv.weights = args.packed[i];
      conv2d_tensor(conv, precision_, vector_, args.stream);
    }
  }

 private:
  std::vector<Conv2dTensor> launches_;  // one a phase
  Precision precision_;
  bool vector_;
};

}  // namespace

std::optional<std::string> refuse_conv2d_tensor(const ops::OpSpec& spec) {
  if (spec.options.precision == Precision::kFloat32) return "precision is float32";
  return refuse_product(spec);
}

std::unique_ptr<Operator> make_conv2d_tensor(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<Conv2dTensorOperator>(product_of(spec), spec.options.precision);
}

}  // namespace fastcnn::cuda
