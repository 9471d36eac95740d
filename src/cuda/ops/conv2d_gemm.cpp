#include "cuda/kernels/conv2d_gemm/conv2d_gemm.h"

#include <vector>

#include "cuda/ops/conv2d_product.h"

// Products in float32, on fused multiply-add units.
namespace fastcnn::cuda {
namespace {

class Conv2dGemmOperator final : public ProductOperator {
 public:
  explicit Conv2dGemmOperator(const Product& product) : ProductOperator(product) {
    const WeightMatrices matrices = weight_matrices(product.view);
    vector_ = matrices.channels % 4 == 0;
    for (const ConvPhase& phase : conv_phases(product.view)) {
      const std::int32_t rows = matrices.rows(phase);
      launches_.push_back({launch_of(product, phase), nullptr, rows, matrices.columns()});
      packings.push_back(matrices.packing(phase, 1));
      tables.push_back(as_table(row_taps(product.view, phase, matrices.channels, rows, vector_,
                                         product.view.src_channels)));
    }
    kernel = launches_.empty() ? "nothing" : conv2d_gemm_name(launches_[0], vector_);
  }

  void enqueue(const RunArgs& args) const override {
    for (std::size_t i = 0; i < launches_.size(); ++i) {
      Conv2dGemm conv = launches_[i];
      if (conv.pixels == 0 || conv.oc == 0) continue;
      point(conv, args, i);
      conv.weights = static_cast<const float*>(args.packed[i]);
      conv2d_gemm(conv, vector_, args.stream);
    }
  }

 private:
  std::vector<Conv2dGemm> launches_;  // one a phase
  bool vector_;
};

}  // namespace

std::optional<std::string> refuse_conv2d_gemm(const ops::OpSpec& spec) {
  return refuse_product(spec);
}

std::unique_ptr<Operator> make_conv2d_gemm(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<Conv2dGemmOperator>(product_of(spec));
}

}  // namespace fastcnn::cuda
