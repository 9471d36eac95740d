#include "kernels/conv2d_depthwise_backward_weights/conv2d_depthwise_backward_weights.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/aligned_buffer.h"
#include "ops/convolution/conv2d_batch.h"
#include "ops/convolution/conv2d_geometry.h"
#include "ops/convolution/conv2d_shape.h"

namespace fastcnn::ops {
namespace {

// A chunk's rows of one plane of grad_y and of x stay in the first cache.
constexpr std::int64_t kChunkPixels = 384;

// grad_w[c, 0, k, l] = sum over images and pixels of grad_y times x under the tap, of one channel.
//
// A task is a part of the batch and a block of channels. It sums into its own place of a packed
// partial gradient [batch part][block][tap][lanes]; the partials are then added in order.
class DepthwiseBackwardWeights final : public Operator {
 public:
  explicit DepthwiseBackwardWeights(const Conv2dShape& shape)
      : shape_(shape),
        block_(static_cast<std::int64_t>(cpu::block())),
        kernel_(kernels::select_conv2d_depthwise_backward_weights()),
        geometry_(forward_view(shape_).axes, {block_, 0}, {block_, 0},
                  kChunkPixels / std::max<std::int64_t>(shape_.ow, 1), 1),
        batch_(shape_.n, shape_.oh * shape_.ow, partial_floats()) {
    kernel = kernel_.name;
    flops = shape_.flops();
    input_layouts = {Layout::kBlocked, Layout::kBlocked};
    output_layouts = {Layout::kPlain};
    together_ = images_together(
        batch_.end(0), shape_.oh * shape_.ow / std::max<std::int64_t>(geometry_.chunks(), 1));
    for (const ConvPhase::Tap& tap : geometry_.phases().front().taps) {
      offsets_.push_back(tap.offset);
    }
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    return partials_bytes() + threads * geometry_.windows_bytes(together_);
  }

  void run(const RunArgs& args) const override {
    float* const partials = static_cast<float*>(args.scratch);
    float* const windows = partials + partials_bytes() / sizeof(float);
    const std::size_t window_floats = geometry_.windows_bytes(together_) / sizeof(float);
    const auto tasks = static_cast<std::size_t>(batch_.count() * blocks());
    args.parallel(tasks, [&](std::size_t task, std::size_t worker) {
      const auto index = static_cast<std::int64_t>(task);
      sum_part(args, index / blocks(), index % blocks(), partials + index * block_floats(),
               windows + worker * window_floats);
    });
    args.parallel(static_cast<std::size_t>(blocks()), [&](std::size_t block, std::size_t) {
      finish(static_cast<std::int64_t>(block), partials, args.dst(0));
    });
  }

 private:
  std::int64_t blocks() const { return divide_up(shape_.ic, block_); }
  std::int64_t block_floats() const { return shape_.taps() * block_; }
  std::int64_t partial_floats() const { return blocks() * block_floats(); }

  std::size_t partials_bytes() const {
    return static_cast<std::size_t>(round_up(partial_floats() * batch_.count() * 4, kAlignment));
  }

  void sum_part(const RunArgs& args, std::int64_t part, std::int64_t block, float* sum,
                float* windows) const {
    std::fill_n(sum, block_floats(), 0.0f);
    const ConvPhase& phase = geometry_.phases().front();
    const std::int64_t src_image = blocks() * geometry_.src_image_plane();
    const std::int64_t dst_image = blocks() * geometry_.dst_plane();
    for (std::int64_t n = batch_.begin(part); n < batch_.end(part); n += together_) {
      const std::int64_t images = std::min(together_, batch_.end(part) - n);
      const float* const x = args.src(1) + n * src_image + block * geometry_.src_image_plane();
      const float* const grad_y = args.src(0) + n * dst_image + block * geometry_.dst_plane();
      for (std::int64_t chunk = 0; chunk < geometry_.chunks(); ++chunk) {
        const PixelRange pixels = geometry_.pixels(phase, chunk, 1);
        if (pixels.count == 0) continue;
        if (geometry_.copies()) {
          for (std::int64_t i = 0; i < images; ++i) {
            geometry_.copy_window(x + i * src_image, windows + i * geometry_.src_plane(), chunk);
          }
        }
        kernel_.run(
            {geometry_.copies() ? windows : x,
             static_cast<std::size_t>(geometry_.copies() ? geometry_.src_plane() : src_image),
             phase.src_pixels.data() + pixels.first, offsets_.data(), offsets_.size(),
             grad_y + geometry_.dst_chunk(chunk) + phase.dst_pixels[pixels.first],
             static_cast<std::size_t>(dst_image), static_cast<std::size_t>(images), pixels.count,
             sum});
      }
    }
  }

  void finish(std::int64_t block, float* partials, float* grad_w) const {
    float* const sum = partials + block * block_floats();
    for (std::int64_t part = 1; part < batch_.count(); ++part) {
      const float* const term = sum + part * partial_floats();
      for (std::int64_t i = 0; i < block_floats(); ++i) sum[i] += term[i];
    }
    const std::int64_t lanes = std::min(block_, shape_.ic - block * block_);
    for (std::int64_t lane = 0; lane < lanes; ++lane) {
      float* const to = grad_w + (block * block_ + lane) * shape_.taps();
      for (std::int64_t t = 0; t < shape_.taps(); ++t) to[t] = sum[t * block_ + lane];
    }
  }

  Conv2dShape shape_;
  std::int64_t block_;
  const kernels::Conv2dDepthwiseBackwardWeightsKernel& kernel_;
  ConvGeometry geometry_;
  BatchParts batch_;
  std::int64_t together_;  // images a kernel sums in one go
  std::vector<std::ptrdiff_t> offsets_;
};

}  // namespace

std::optional<std::string> refuse_conv2d_backward_weights_depthwise(const OpSpec& spec) {
  const Conv2dShape shape = parse_conv2d_backward_weights(spec);
  if (shape.depthwise()) return std::nullopt;
  return join(shape.groups, " groups, ", shape.ic, " input and ", shape.oc,
              " output channels are not a depthwise convolution");
}

std::unique_ptr<Operator> make_conv2d_backward_weights_depthwise(const OpSpec& spec) {
  return std::make_unique<DepthwiseBackwardWeights>(parse_conv2d_backward_weights(spec));
}

}  // namespace fastcnn::ops
