#include <algorithm>
#include <cstring>

#include "cpu/isa.h"
#include "kernels/transpose2d/transpose2d.h"
#include "ops/operator.h"
#include "ops/split.h"

// reorder: the same image tensor in the other layout. The engine puts it between a producer and a
// consumer that disagree; spec.outputs[0].layout is the wanted one. Lanes past the last channel of
// a blocked result are zero.
namespace fastcnn::ops {
namespace {

class Reorder final : public Operator {
 public:
  explicit Reorder(const OpSpec& spec)
      : shape_(spec.inputs[0].shape),
        block_(static_cast<std::int64_t>(cpu::block())),
        transpose_(kernels::select_transpose2d()) {
    kernel = transpose_.name;
    input_layouts = {spec.inputs[0].layout};
    output_layouts = {spec.outputs[0].layout};
  }

  // One item is a block of channels of one sample. All blocks of a sample are whole but the last.
  void run(const RunArgs& args) const override {
    const std::int64_t channels = shape_[1];
    const std::int64_t pixels = shape_[2] * shape_[3];
    const std::int64_t blocks = divide_up(channels, block_);
    const Split split(shape_[0] * blocks,
                      2.0 * sizeof(float) * static_cast<double>(block_ * pixels));

    split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t item = begin; item < end; ++item) {
        const std::int64_t first = item % blocks * block_;
        const std::int64_t count = std::min(block_, channels - first);
        const std::int64_t plain = (item / blocks * channels + first) * pixels;
        const std::int64_t blocked = item * block_ * pixels;
        if (output_layouts[0] == Layout::kBlocked) {
          to_blocked(args.src(0) + plain, args.dst(0) + blocked, count, pixels);
        } else {
          to_plain(args.src(0) + blocked, args.dst(0) + plain, count, pixels);
        }
      }
    });
  }

 private:
  void to_blocked(const float* src, float* dst, std::int64_t channels, std::int64_t pixels) const {
    const auto c = static_cast<std::size_t>(channels);
    const auto p = static_cast<std::size_t>(pixels);
    const auto block = static_cast<std::size_t>(block_);
    if (c < block) std::memset(dst, 0, block * p * sizeof(float));
    transpose_.run({c, p, src, p, dst, block});
  }

  void to_plain(const float* src, float* dst, std::int64_t channels, std::int64_t pixels) const {
    const auto c = static_cast<std::size_t>(channels);
    const auto p = static_cast<std::size_t>(pixels);
    transpose_.run({p, c, src, static_cast<std::size_t>(block_), dst, p});
  }

  Shape shape_;
  std::int64_t block_;
  const kernels::Transpose2DKernel& transpose_;
};

}  // namespace

std::optional<std::string> refuse_reorder(const OpSpec& spec) {
  spec.expect_inputs(1, 1);
  spec.expect_rank(0, 4);
  if (spec.inputs[0].dtype != DType::kFloat32) return "only float32 has a blocked layout";
  if (spec.inputs[0].layout == spec.outputs[0].layout) return "both layouts are the same";
  for (const auto* descs : {&spec.inputs, &spec.outputs}) {
    if ((*descs)[0].layout == Layout::kPixels) return "a layout is one of lines of pixels";
  }
  return std::nullopt;
}

std::unique_ptr<Operator> make_reorder(const OpSpec& spec) {
  return std::make_unique<Reorder>(spec);
}

}  // namespace fastcnn::ops
