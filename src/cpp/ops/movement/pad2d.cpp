#include "ops/movement/pad2d.h"

#include <algorithm>

#include "ops/operator.h"
#include "ops/split.h"
#include "ops/stored_shape.h"

// pad2d: rows and columns of one value around each image; a negative pad crops. Either layout.
namespace fastcnn::ops {
namespace {

class Pad2d final : public Operator {
 public:
  explicit Pad2d(const OpSpec& spec)
      : value_(static_cast<float>(spec.attributes.get_float("value"))),
        pads_(spec.attributes.get_ints("pads", 4)) {
    const Layout layout = spec.inputs[0].layout;
    kernel = "memcpy";
    input_layouts = {layout};
    output_layouts = {layout};

    const Shape from = stored_shape(spec.inputs[0].shape, layout);
    const Shape to = stored_shape(spec.outputs[0].shape, layout);
    planes_ = to[0] * to[1];
    lanes_ = layout == Layout::kBlocked ? to[4] : 1;
    src_h_ = from[2];
    src_w_ = from[3];
    dst_h_ = to[2];
    dst_w_ = to[3];
  }

  // One item is a row of the output.
  void run(const RunArgs& args) const override {
    const std::int64_t row = dst_w_ * lanes_;
    const std::int64_t left = std::clamp<std::int64_t>(pads_[1], 0, dst_w_);
    const std::int64_t skipped = std::clamp<std::int64_t>(-pads_[1], 0, src_w_);
    const std::int64_t width =
        std::clamp<std::int64_t>(std::min(src_w_ - skipped, dst_w_ - left), 0, dst_w_);

    const Split split(planes_ * dst_h_, 2.0 * sizeof(float) * static_cast<double>(row));
    split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        float* dst = args.dst(0) + i * row;
        const std::int64_t y = i % dst_h_ - pads_[0];
        if (y < 0 || y >= src_h_) {
          std::fill(dst, dst + row, value_);
          continue;
        }
        const std::int64_t src = (i / dst_h_ * src_h_ + y) * src_w_ + skipped;
        std::fill(dst, dst + left * lanes_, value_);
        copy_elements(args.src(0) + src * lanes_, dst + left * lanes_, width * lanes_);
        std::fill(dst + (left + width) * lanes_, dst + row, value_);
      }
    });
  }

 private:
  float value_;
  std::vector<std::int64_t> pads_;
  std::int64_t planes_;
  std::int64_t lanes_;
  std::int64_t src_h_;
  std::int64_t src_w_;
  std::int64_t dst_h_;
  std::int64_t dst_w_;
};

}  // namespace

std::optional<std::string> refuse_pad2d(const OpSpec& spec) {
  expect_pad2d(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_pad2d(const OpSpec& spec) { return std::make_unique<Pad2d>(spec); }

}  // namespace fastcnn::ops
