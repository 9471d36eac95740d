#include "kernels/conv2d_depthwise/conv2d_depthwise.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ops/activation.h"
#include "ops/conv2d_cut.h"
#include "ops/conv2d_depthwise.h"
#include "ops/conv2d_geometry.h"
#include "ops/conv2d_shape.h"
#include "ops/split.h"

namespace fastcnn::ops {
namespace {

// Pixels of a window: one plane of it and what is written from it stay in the second cache.
constexpr std::int64_t kChunkPixels = 2048;

// y = act(x * w + b + residual) or grad_x = grad_y * w transposed, where every channel is a group
// of its own. A task is a few images of one block of channels.
class Depthwise final : public Operator {
 public:
  Depthwise(const ConvView& view, Clamp clamp, DepthwiseInputs inputs)
      : images_(view.images),
        channels_(view.dst_channels),
        places_(view.taps),
        clamp_(clamp),
        inputs_(inputs),
        block_(static_cast<std::int64_t>(cpu::block())),
        src_(image_layout(view.axes.rows.src_extent * view.axes.columns.src_extent)),
        dst_(image_layout(view.axes.rows.extent * view.axes.columns.extent)),
        kernel_(kernels::select_conv2d_depthwise()),
        together_(images_of_task(view)),
        geometry_(cheaper_axes(view, together_), src_, dst_,
                  kChunkPixels / std::max<std::int64_t>(view.axes.columns.extent, 1), together_) {
    kernel = kernel_.name;
    declare_depthwise(*this, view, inputs);
    if (geometry_.copies()) together_ = 1;
    for (const ConvPhase& phase : geometry_.phases()) {
      std::vector<kernels::DepthwiseTap>& taps = taps_.emplace_back();
      for (const ConvPhase::Tap& tap : phase.taps) taps.push_back({tap.offset, tap.weight});
    }
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    return threads * geometry_.windows_bytes(1);
  }

  void run(const RunArgs& args) const override {
    const std::int64_t blocks = divide_up(channels_, block_);
    const std::int64_t items = divide_up(images_, together_) * blocks;
    if (items == 0) return;
    const Split split(items, flops / static_cast<double>(items));
    const std::size_t window_floats = scratch_bytes(1) / sizeof(float);
    args.parallel(split.tasks(), [&](std::size_t task, std::size_t worker) {
      float* const window = static_cast<float*>(args.scratch) + worker * window_floats;
      for (std::int64_t i = split.begin(task); i < split.end(task); ++i) {
        run_item(args, i / blocks * together_, i % blocks, window);
      }
    });
  }

 private:
  ImageLayout image_layout(std::int64_t pixels) const {
    return {block_, round_up(channels_, block_) * pixels};
  }

  void run_item(const RunArgs& args, std::int64_t first_image, std::int64_t block,
                float* window) const {
    const std::int64_t images = std::min(together_, images_ - first_image);
    const float* const image =
        args.src(0) + first_image * src_.image + block * geometry_.src_image_plane();
    const auto lanes = static_cast<std::size_t>(std::min(block_, channels_ - block * block_));
    for (std::int64_t chunk = 0; chunk < geometry_.chunks(); ++chunk) {
      if (geometry_.copies()) geometry_.copy_window(image, window, chunk);
      const std::int64_t dst =
          first_image * dst_.image + block * geometry_.dst_plane() + geometry_.dst_chunk(chunk);
      for (std::size_t p = 0; p < taps_.size(); ++p) {
        const ConvPhase& phase = geometry_.phases()[p];
        const PixelRange pixels = geometry_.pixels(phase, chunk, images);
        kernel_.run({geometry_.copies() ? window : image, phase.src_pixels.data() + pixels.first,
                     phase.dst_pixels.data() + pixels.first, pixels.count, taps_[p].data(),
                     taps_[p].size(),
                     static_cast<const float*>(args.packed[0]) + block * places_ * block_,
                     inputs_.bias ? args.src(2) + block * block_ : nullptr, lanes,
                     inputs_.residual ? args.src(3) + dst : nullptr, args.dst(0) + dst, clamp_.low,
                     clamp_.high});
      }
    }
  }

  std::int64_t images_;
  std::int64_t channels_;
  std::int64_t places_;
  Clamp clamp_;
  DepthwiseInputs inputs_;
  std::int64_t block_;
  ImageLayout src_;
  ImageLayout dst_;
  const kernels::Conv2dDepthwiseKernel& kernel_;
  std::int64_t together_;  // images of one item
  ConvGeometry geometry_;
  std::vector<std::vector<kernels::DepthwiseTap>> taps_;  // [phase]
};

}  // namespace

std::optional<std::string> refuse_conv2d_depthwise(const OpSpec& spec) {
  return refuse_unless_depthwise(parse_conv2d(spec));
}

std::unique_ptr<Operator> make_conv2d_depthwise(const OpSpec& spec) {
  return std::make_unique<Depthwise>(forward_view(parse_conv2d(spec)), activation_of(spec),
                                     DepthwiseInputs{true, spec.inputs.size() == 4});
}

std::optional<std::string> refuse_conv2d_backward_data_depthwise(const OpSpec& spec) {
  const Conv2dShape shape = parse_conv2d_backward_data(spec);
  if (spec.inputs.size() == 3) return "it has a residual";
  return refuse_unless_depthwise(shape);
}

std::unique_ptr<Operator> make_conv2d_backward_data_depthwise(const OpSpec& spec) {
  return std::make_unique<Depthwise>(backward_data_view(parse_conv2d_backward_data(spec)), Clamp{},
                                     DepthwiseInputs{false, false});
}

}  // namespace fastcnn::ops
