#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cpu/isa.h"
#include "kernels/pixel_lines/pixel_lines.h"
#include "ops/operator.h"
#include "ops/sparse/pixel_grid.h"
#include "ops/split.h"

// reorder from and to Layout::kPixels. An item is a line of one image: it is made of, or becomes,
// the same pixels of all channels.
namespace fastcnn::ops {
namespace {

class ReorderPixels final : public Operator {
 public:
  explicit ReorderPixels(const OpSpec& spec)
      : shape_(spec.inputs[0].shape),
        grid_(shape_[2], shape_[3]),
        masks_(grid_.masks()),
        move_(
            move_of(kernels::select_pixel_lines(), spec.inputs[0].layout, spec.outputs[0].layout)) {
    for (std::int64_t line = 0; line < grid_.lines(); ++line) {
      first_pixels_.push_back(grid_.first_pixel(line));
    }
    kernel = kernels::select_pixel_lines().name;
    input_layouts = {spec.inputs[0].layout};
    output_layouts = {spec.outputs[0].layout};
  }

  void run(const RunArgs& args) const override {
    const auto lines = static_cast<std::int64_t>(masks_.size());
    const double bytes = 2.0 * sizeof(float) * static_cast<double>(shape_[1] * kPixelLanes);
    const Split split(shape_[0] * lines, bytes);
    split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      std::int64_t image = begin / lines;
      std::int64_t line = begin % lines;
      for (std::int64_t item = begin; item < end; ++item) {
        run_line(args, image, line);
        if (++line == lines) {
          line = 0;
          ++image;
        }
      }
    });
  }

 private:
  void run_line(const RunArgs& args, std::int64_t image, std::int64_t line) const {
    const std::int64_t channels = shape_[1];
    const std::int64_t pixels = shape_[2] * shape_[3];
    const auto index = static_cast<std::size_t>(line);
    const std::int64_t lines =
        (image * static_cast<std::int64_t>(masks_.size()) + line) * channels * kPixelLanes;
    const bool blocked =
        input_layouts[0] == Layout::kBlocked || output_layouts[0] == Layout::kBlocked;
    const std::int64_t lanes = blocked ? kPixelLanes : 1;
    const std::int64_t stride = lanes * pixels;
    const std::int64_t other =
        image * divide_up(channels, lanes) * stride + first_pixels_[index] * lanes;
    const bool from_lines = input_layouts[0] == Layout::kPixels;
    const kernels::PixelLine call{
        args.src(0) + (from_lines ? lines : other), args.dst(0) + (from_lines ? other : lines),
        static_cast<std::size_t>(channels), static_cast<std::size_t>(stride), masks_[index]};
    move_(call);
  }

  // What the two layouts need.
  static void (*move_of(const kernels::PixelLinesKernel& kernel, Layout from,
                        Layout to))(const kernels::PixelLine&) {
    if (from == Layout::kBlocked) return kernel.from_blocked;
    if (from == Layout::kPlain) return kernel.from_plain;
    return to == Layout::kBlocked ? kernel.to_blocked : kernel.to_plain;
  }

  Shape shape_;
  PixelGrid grid_;
  std::vector<std::uint16_t> masks_;        // of each line
  std::vector<std::int64_t> first_pixels_;  // of each line
  void (*move_)(const kernels::PixelLine&);
};

}  // namespace

std::optional<std::string> refuse_reorder_pixels(const OpSpec& spec) {
  spec.expect_inputs(1, 1);
  spec.expect_rank(0, 4);
  if (spec.inputs[0].dtype != DType::kFloat32) return "only float32 has lines of pixels";
  if (spec.inputs[0].layout == spec.outputs[0].layout) return "both layouts are the same";
  if (spec.inputs[0].layout != Layout::kPixels && spec.outputs[0].layout != Layout::kPixels) {
    return "neither layout is one of lines of pixels";
  }
  if (static_cast<std::int64_t>(cpu::block()) != kPixelLanes)
    return "blocks are not of 16 channels";
  return std::nullopt;
}

std::unique_ptr<Operator> make_reorder_pixels(const OpSpec& spec) {
  return std::make_unique<ReorderPixels>(spec);
}

}  // namespace fastcnn::ops
