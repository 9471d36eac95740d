#include <algorithm>

#include "cpu/isa.h"
#include "ops/checks.h"
#include "ops/operator.h"
#include "ops/split.h"
#include "ops/stored_shape.h"

// transpose between blocked NCHW and plain NHWC without a stop at plain NCHW: what stands between
// the convolutions and Flatten, forward and backward. A block of channels is a run in both.
namespace fastcnn::ops {
namespace {

const std::vector<std::int64_t> kToNhwc = {0, 2, 3, 1};
const std::vector<std::int64_t> kToNchw = {0, 3, 1, 2};

class TransposeBlocked final : public Operator {
 public:
  // `image` is the side in NCHW.
  TransposeBlocked(const Shape& image, Layout from, Layout to)
      : images_(image[0]),
        channels_(image[1]),
        pixels_(image[2] * image[3]),
        block_(static_cast<std::int64_t>(cpu::block())) {
    kernel = "memcpy";
    input_layouts = {from};
    output_layouts = {to};
  }

  // One item is a block of channels of one image.
  void run(const RunArgs& args) const override {
    const std::int64_t blocks = divide_up(channels_, block_);
    const double bytes = 2.0 * sizeof(float) * static_cast<double>(block_ * pixels_);
    Split(images_ * blocks, bytes).run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t item = begin; item < end; ++item) {
        const std::int64_t first = item % blocks * block_;
        const std::int64_t nhwc = item / blocks * pixels_ * channels_ + first;
        const std::int64_t blocked = item * block_ * pixels_;
        const std::int64_t lanes = std::min(block_, channels_ - first);
        if (output_layouts[0] == Layout::kPlain) {
          copy(args.src(0) + blocked, block_, args.dst(0) + nhwc, channels_, lanes);
        } else {
          if (lanes < block_) std::fill_n(args.dst(0) + blocked, block_ * pixels_, 0.0f);
          copy(args.src(0) + nhwc, channels_, args.dst(0) + blocked, block_, lanes);
        }
      }
    });
  }

 private:
  // `lanes` elements a pixel. The common counts are constants to the compiler: no call a pixel.
  void copy(const float* src, std::int64_t src_stride, float* dst, std::int64_t dst_stride,
            std::int64_t lanes) const {
    for (std::int64_t pixel = 0; pixel < pixels_; ++pixel) {
      if (lanes == 8) {
        copy_elements(src, dst, 8);
      } else if (lanes == 16) {
        copy_elements(src, dst, 16);
      } else {
        copy_elements(src, dst, lanes);
      }
      src += src_stride;
      dst += dst_stride;
    }
  }

  std::int64_t images_;
  std::int64_t channels_;
  std::int64_t pixels_;
  std::int64_t block_;
};

bool permutes(const OpSpec& spec, const std::vector<std::int64_t>& perm) {
  return spec.inputs[0].dtype == DType::kFloat32 && spec.attributes.get_ints("perm") == perm;
}

}  // namespace

std::optional<std::string> refuse_transpose_from_blocked(const OpSpec& spec) {
  spec.expect_inputs(1, 1);
  if (!permutes(spec, kToNhwc)) return "not from NCHW to NHWC";
  if (spec.inputs[0].layout == Layout::kPlain) return "the input is plain";
  return std::nullopt;
}

std::unique_ptr<Operator> make_transpose_from_blocked(const OpSpec& spec) {
  return std::make_unique<TransposeBlocked>(spec.inputs[0].shape, Layout::kBlocked, Layout::kPlain);
}

std::optional<std::string> refuse_transpose_to_blocked(const OpSpec& spec) {
  spec.expect_inputs(1, 1);
  if (!permutes(spec, kToNchw)) return "not from NHWC to NCHW";
  const auto block = static_cast<std::int64_t>(cpu::block());
  const std::int64_t channels = spec.outputs[0].shape[1];
  if (2 * channels < block) return join(channels, " channels fill too little of a block");
  return std::nullopt;
}

std::unique_ptr<Operator> make_transpose_to_blocked(const OpSpec& spec) {
  return std::make_unique<TransposeBlocked>(spec.outputs[0].shape, Layout::kPlain,
                                            Layout::kBlocked);
}

}  // namespace fastcnn::ops
