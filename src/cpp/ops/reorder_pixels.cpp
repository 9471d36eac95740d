#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "cpu/isa.h"
#include "ops/operator.h"
#include "ops/pixel_grid.h"
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
        kernel_(kernels::select_pixel_lines()) {
    kernel = kernel_.name;
    input_layouts = {spec.inputs[0].layout};
    output_layouts = {spec.outputs[0].layout};
  }

  void run(const RunArgs& args) const override {
    const std::int64_t line = shape_[1] * kPixelLanes;
    const Split split(shape_[0] * grid_.lines(), 2.0 * sizeof(float) * static_cast<double>(line));
    split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t item = begin; item < end; ++item) {
        run_line(args, item / grid_.lines(), item % grid_.lines());
      }
    });
  }

 private:
  void run_line(const RunArgs& args, std::int64_t image, std::int64_t line) const {
    const std::int64_t channels = shape_[1];
    const std::int64_t pixels = shape_[2] * shape_[3];
    const std::int64_t place = (image * grid_.lines() + line) * channels * kPixelLanes;
    const std::int64_t blocked = image * round_up(channels, kPixelLanes) * pixels;
    const auto count = static_cast<std::size_t>(channels);
    const auto block = static_cast<std::size_t>(pixels * kPixelLanes);
    if (input_layouts[0] == Layout::kBlocked) {
      kernel_.from_blocked(
          {args.src(0) + blocked, args.dst(0) + place, count, block, grid_.blocked_places(line)});
    } else if (output_layouts[0] == Layout::kBlocked) {
      kernel_.to_blocked(
          {args.src(0) + place, args.dst(0) + blocked, count, block, grid_.blocked_places(line)});
    } else if (input_layouts[0] == Layout::kPlain) {
      from_plain(args.src(0) + image * channels * pixels, args.dst(0) + place, line);
    } else {
      to_plain(args.src(0) + place, args.dst(0) + image * channels * pixels, line);
    }
  }

  void from_plain(const float* planes, float* lines, std::int64_t line) const {
    std::fill_n(lines, shape_[1] * kPixelLanes, 0.0f);
    each_run(line, [&](std::int64_t lane, std::int64_t pixel, std::int64_t count) {
      for (std::int64_t c = 0; c < shape_[1]; ++c) {
        std::copy_n(planes + c * shape_[2] * shape_[3] + pixel, count,
                    lines + c * kPixelLanes + lane);
      }
    });
  }

  void to_plain(const float* lines, float* planes, std::int64_t line) const {
    each_run(line, [&](std::int64_t lane, std::int64_t pixel, std::int64_t count) {
      for (std::int64_t c = 0; c < shape_[1]; ++c) {
        std::copy_n(lines + c * kPixelLanes + lane, count,
                    planes + c * shape_[2] * shape_[3] + pixel);
      }
    });
  }

  // Calls body(lane, pixel, count) for each run of pixels in a line.
  template <typename Body>
  void each_run(std::int64_t line, Body&& body) const {
    for (std::int64_t lane = 0; lane < kPixelLanes;) {
      const std::int64_t pixel = grid_.pixel(line * kPixelLanes + lane);
      std::int64_t count = 1;
      while (lane + count < kPixelLanes && pixel >= 0 &&
             grid_.pixel(line * kPixelLanes + lane + count) >= 0) {
        ++count;
      }
      if (pixel >= 0) body(lane, pixel, count);
      lane += count;
    }
  }

  Shape shape_;
  PixelGrid grid_;
  const kernels::PixelLinesKernel& kernel_;
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
