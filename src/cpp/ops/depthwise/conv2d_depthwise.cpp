#include "kernels/conv2d_depthwise/conv2d_depthwise.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ops/convolution/conv2d_cut.h"
#include "ops/convolution/conv2d_geometry.h"
#include "ops/convolution/conv2d_shape.h"
#include "ops/depthwise/conv2d_depthwise.h"
#include "ops/split.h"

namespace fastcnn::ops {
namespace {

// Pixels of a window: one plane of it and what is written from it stay in the second cache.
constexpr std::int64_t kChunkPixels = 2048;

// y = act(x * w + b + residual) or grad_x = grad_y * w transposed, where every channel is a group
// of its own. A task is a few images of one block of channels.
class Depthwise {
 public:
  explicit Depthwise(const ConvView& view, BandPlanes planes = {})
      : images_(view.images),
        channels_(view.dst_channels),
        places_(view.taps),
        flops_(view.flops),
        block_(static_cast<std::int64_t>(cpu::block())),
        src_(image_layout(view.axes.rows.src_extent * view.axes.columns.src_extent, planes.src)),
        dst_(image_layout(view.axes.rows.extent * view.axes.columns.extent, planes.dst)),
        kernel_(kernels::select_conv2d_depthwise()),
        together_(images_of_task(view)),
        geometry_(cheaper_axes(view, together_), src_, dst_,
                  kChunkPixels / std::max<std::int64_t>(view.axes.columns.extent, 1), together_) {
    if (geometry_.copies()) together_ = 1;
    for (const ConvPhase& phase : geometry_.phases()) {
      std::vector<kernels::DepthwiseTap>& taps = taps_.emplace_back();
      for (const ConvPhase::Tap& tap : phase.taps) taps.push_back({tap.offset, tap.weight});
    }
  }

  const char* kernel_name() const { return kernel_.name; }
  std::size_t scratch_bytes(std::size_t threads) const {
    return threads * geometry_.windows_bytes(1);
  }

  void run(const ConvOperands& operands, void* scratch, cpu::Parallel parallel) const {
    const std::int64_t blocks = divide_up(channels_, block_);
    const std::int64_t items = divide_up(images_, together_) * blocks;
    if (items == 0) return;
    const Split split(items, flops_ / static_cast<double>(items));
    const std::size_t window_floats = scratch_bytes(1) / sizeof(float);
    split.run_tasks(parallel, [&](std::size_t task, std::size_t worker) {
      float* const window = static_cast<float*>(scratch) + worker * window_floats;
      for (std::int64_t i = split.begin(task); i < split.end(task); ++i) {
        run_item(operands, i / blocks * together_, i % blocks, window);
      }
    });
  }

 private:
  ImageLayout image_layout(std::int64_t pixels, std::int64_t plane) const {
    return {block_, round_up(channels_, block_) * pixels, plane};
  }

  void run_item(const ConvOperands& operands, std::int64_t first_image, std::int64_t block,
                float* window) const {
    const std::int64_t images = std::min(together_, images_ - first_image);
    const float* const image =
        operands.src + first_image * src_.image + block * geometry_.src_image_plane();
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
                     taps_[p].size(), operands.weights + block * places_ * block_,
                     operands.bias == nullptr ? nullptr : operands.bias + block * block_, lanes,
                     operands.residual == nullptr ? nullptr : operands.residual + dst,
                     operands.dst + dst, operands.clamp.low, operands.clamp.high});
      }
    }
  }

  std::int64_t images_;
  std::int64_t channels_;
  std::int64_t places_;
  double flops_;
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
  return std::make_unique<DepthwiseForward<Depthwise>>(spec);
}

std::optional<std::string> refuse_conv2d_backward_data_depthwise(const OpSpec& spec) {
  const Conv2dShape shape = parse_conv2d_backward_data(spec);
  if (spec.inputs.size() == 3) return "it has a residual";
  return refuse_unless_depthwise(shape);
}

std::unique_ptr<Operator> make_conv2d_backward_data_depthwise(const OpSpec& spec) {
  return std::make_unique<DepthwiseBackwardData<Depthwise>>(spec);
}

}  // namespace fastcnn::ops
