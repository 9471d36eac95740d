#include "cuda/kernels/conv2d_tensor/conv2d_tensor.h"

#include <limits>
#include <vector>

#include "cuda/ops/conv2d_product.h"
#include "cuda/ops/padded_channels.h"

// Products on tensor cores, where the user allows operands to be rounded.
namespace fastcnn::cuda {
namespace {

constexpr std::int64_t kReadAhead = 16;  // rows of taps

// The channels of one group of one pixel are a row.
std::int64_t channel_rows(const ops::ConvView& view) {
  return view.images * view.axes.rows.src_extent * view.axes.columns.src_extent * view.groups;
}

class Conv2dTensorOperator final : public ProductOperator {
 public:
  Conv2dTensorOperator(const Product& product, Precision precision)
      : ProductOperator(product),
        precision_(precision),
        image_(channel_rows(product.view), product.view.src_channels / product.view.groups) {
    const WeightMatrices matrices = padded_matrices(product.view);
    const std::int64_t image_channels = matrices.pitch * matrices.groups;
    scratch_bytes = image_.scratch_bytes();
    for (const ConvPhase& phase : conv_phases(product.view)) {
      const std::vector<ConvPhase> parts = parts_with_lines(phase);
      for (std::size_t i = 0; i < parts.size(); ++i) {
        Conv2dTensor conv{launch_of(product, phase), nullptr, matrices.rows(parts[i]), 0, {}};
        conv.channels = narrow(image_channels);
        conv.group_channels = narrow(matrices.pitch);
        conv.lines = lines_of(parts[i]).value();
        const std::int32_t tile = conv2d_tensor_tile_columns(conv);
        conv.columns = narrow(round_up(conv.group_oc, tile));
        launches_.push_back({conv, i == 0, i + 1 == parts.size()});
        packings.push_back(matrices.fragments(parts[i], 1, precision, conv.columns, tile));
        tables.push_back(as_table(row_taps(product.view, parts[i], matrices.pitch,
                                           conv.rows + kReadAhead, true, image_channels)));
      }
    }
    kernel = launches_.empty() ? "nothing" : conv2d_tensor_name(launches_[0].conv, precision);
  }

  void enqueue(const RunArgs& args) const override {
    const float* src = nullptr;
    for (std::size_t i = 0; i < launches_.size(); ++i) {
      Conv2dTensor conv = launches_[i].conv;
      if (conv.pixels == 0 || conv.oc == 0) continue;
      point(conv, args, i);
      if (src == nullptr) src = image_.enqueue(conv.src, args.scratch, args.stream);
      conv.src = src;
      conv.weights = args.packed[i];
      if (!launches_[i].first) {
        conv.bias = nullptr;
        conv.residual = conv.dst;
      }
      if (!launches_[i].last) {
        conv.low = -std::numeric_limits<float>::infinity();
        conv.high = std::numeric_limits<float>::infinity();
      }
      conv2d_tensor(conv, precision_, args.stream);
    }
  }

 private:
  // A part of a phase's taps; each but the first adds to what is there.
  struct Launch {
    Conv2dTensor conv;
    bool first, last;
  };

  std::vector<Launch> launches_;
  Precision precision_;
  PaddedChannels image_;
};

}  // namespace

std::optional<std::string> refuse_conv2d_tensor(const ops::OpSpec& spec) {
  if (spec.options.precision == Precision::kFloat32) return "precision is float32";
  if (const auto why = refuse_product(spec)) return why;
  const Product product = product_of(spec);
  return PaddedChannels::refuse(channel_rows(product.view),
                                product.view.src_channels / product.view.groups);
}

std::unique_ptr<Operator> make_conv2d_tensor(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<Conv2dTensorOperator>(product_of(spec), spec.options.precision);
}

}  // namespace fastcnn::cuda
