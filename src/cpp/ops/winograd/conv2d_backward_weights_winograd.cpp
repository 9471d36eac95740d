#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/aligned_buffer.h"
#include "kernels/conv2d_backward_weights/conv2d_backward_weights.h"
#include "kernels/conv2d_winograd/conv2d_winograd.h"
#include "ops/convolution/conv2d_channels.h"
#include "ops/convolution/conv2d_shape.h"
#include "ops/winograd/winograd_cost.h"
#include "ops/winograd/winograd_gradient_cut.h"
#include "ops/winograd/winograd_tiles.h"

namespace fastcnn::ops {
namespace {

// Winograd is taken where it needs at most this share of the cycles of the plain sum.
constexpr double kShare = 0.9;

// The gradient of the weights of a 3x3 convolution, by the adjoint of F(m x m, 3 x 3):
//
//   dw = G^T [ sum over tiles of (A g A^T) * (B^T d B) ] G        * is element by element
//
// d being tiles of x and g of grad_y. For each frequency the sum is the gradient of the weights of
// a 1x1 convolution over tiles, which conv2d_backward_weights computes. A task sums a part of the
// batch for a part of the input and of the output channels, into its own place; the parts of the
// batch are then added in order.
class Conv2dBackwardWeightsWinograd final : public Operator {
 public:
  Conv2dBackwardWeightsWinograd(const OpSpec& spec, std::int64_t m)
      : shape_(parse_conv2d_backward_weights(spec)),
        lanes_(static_cast<std::int64_t>(cpu::block())),
        x_blocks_(divide_up(shape_.ic, lanes_)),
        y_blocks_(divide_up(shape_.oc, lanes_)),
        frequencies_(static_cast<std::size_t>((m + 2) * (m + 2))),
        kernel_(kernels::select_conv2d_winograd({static_cast<std::size_t>(m), 3})),
        transforms_(kernel_.transforms()),
        multiply_(kernels::select_conv2d_backward_weights()),
        cut_(shape_, m),
        tiles_(shape_, m, lanes_, cut_.panel),
        segments_(channel_segments(shape_.oc, 1, lanes_,
                                   static_cast<std::int64_t>(multiply_.max_blocks))),
        row_(tiles_.largest() * lanes_) {
    kernel = kernel_.name;
    flops = shape_.flops();
    input_layouts = {Layout::kBlocked, Layout::kBlocked};
    output_layouts = {Layout::kPlain};
    batch_parts_ = std::clamp<std::int64_t>(tiles_.panels(), 1, cut_.batch_parts);
    for (std::int64_t t = 0; t < tiles_.largest(); ++t) pixels_.push_back(t * lanes_);
    for (std::int64_t l = 0; l < lanes_; ++l) offsets_.push_back(l);
    cut_channels();
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    return sizeof(float) * (sums_floats() + threads * (x_floats() + y_floats()));
  }

  void run(const RunArgs& args) const override {
    float* const sums = static_cast<float*>(args.scratch);
    args.parallel(static_cast<std::size_t>(batch_parts_) * parts_.size(), [&](std::size_t task,
                                                                              std::size_t worker) {
      const auto part = static_cast<std::int64_t>(task / parts_.size());
      float* const frequencies = sums + sums_floats() + worker * (x_floats() + y_floats());
      sum_part(args.src(0), args.src(1), part, parts_[task % parts_.size()], frequencies, sums);
    });
    args.parallel(pieces_.size(), [&](std::size_t i, std::size_t) {
      add_parts(pieces_[i], sums);
      transform_back(pieces_[i], sums, args.dst(0));
    });
  }

 private:
  struct Range {
    std::int64_t begin;
    std::int64_t end;
  };

  // Blocks of x and segments of grad_y, and where their sums lie:
  // [frequency][segment][input channel][blocks][lanes].
  struct Part {
    Range x;
    Range segments;
    std::int64_t first_sum;
    std::size_t stride;  // floats of a frequency
  };

  // The sums of one block of x and one segment.
  struct Piece {
    std::size_t part;
    std::int64_t block;
    std::int64_t segment;
    std::int64_t place;  // from the start of each frequency
    std::int64_t floats;
  };

  const ChannelSegment& segment(std::int64_t s) const {
    return segments_[static_cast<std::size_t>(s)];
  }
  std::int64_t channels_of(std::int64_t block) const {
    return std::min(lanes_, shape_.ic - block * lanes_);
  }
  std::size_t sums_floats() const {
    return static_cast<std::size_t>(batch_parts_ * sums_of_batch_part_);
  }
  std::size_t x_stride() const { return odd_lines(most_x_blocks_ * row_); }
  std::size_t y_stride() const { return odd_lines(most_y_blocks_ * row_); }
  std::size_t x_floats() const { return frequencies_ * x_stride(); }
  std::size_t y_floats() const { return frequencies_ * y_stride(); }

  void cut_channels() {
    const auto segments = static_cast<std::int64_t>(segments_.size());
    const std::int64_t y_parts = std::min(cut_.y_parts, segments);
    for (std::int64_t i = 0; i < cut_.x_parts; ++i) {
      const Range x{x_blocks_ * i / cut_.x_parts, x_blocks_ * (i + 1) / cut_.x_parts};
      for (std::int64_t k = 0; k < y_parts; ++k) {
        append_part(x, {segments * k / y_parts, segments * (k + 1) / y_parts});
      }
    }
  }

  void append_part(Range x, Range segments) {
    Part part{x, segments, sums_of_batch_part_, 0};
    std::int64_t place = 0;
    for (std::int64_t s = segments.begin; s < segments.end; ++s) {
      for (std::int64_t b = x.begin; b < x.end; ++b) {
        const std::int64_t floats = channels_of(b) * segment(s).blocks * lanes_;
        pieces_.push_back({parts_.size(), b, s, place, floats});
        place += floats;
      }
    }
    part.stride = odd_lines(place);
    sums_of_batch_part_ += static_cast<std::int64_t>(frequencies_ * part.stride);
    most_x_blocks_ = std::max(most_x_blocks_, x.end - x.begin);
    most_y_blocks_ = std::max(most_y_blocks_, y_end(part) - y_begin(part));
    parts_.push_back(part);
  }

  // Blocks of grad_y.
  std::int64_t y_begin(const Part& part) const {
    return segment(part.segments.begin).channel / lanes_;
  }
  std::int64_t y_end(const Part& part) const {
    const ChannelSegment& last = segment(part.segments.end - 1);
    return last.channel / lanes_ + last.blocks;
  }

  void sum_part(const float* grad_y, const float* x, std::int64_t batch_part, const Part& part,
                float* frequencies, float* sums) const {
    float* const x_frequencies = frequencies;
    float* const y_frequencies = frequencies + x_floats();
    float* const sum = sums + batch_part * sums_of_batch_part_ + part.first_sum;
    std::fill_n(sum, frequencies_ * part.stride, 0.0f);
    const std::int64_t first = tiles_.panels() * batch_part / batch_parts_;
    const std::int64_t end = tiles_.panels() * (batch_part + 1) / batch_parts_;
    for (std::int64_t p = first; p < end; ++p) {
      const WinogradTiles::Panel panel = tiles_.panel(p);
      transform(transforms_.src, x, shape_.h, shape_.w, x_blocks_, part.x, panel, x_frequencies,
                x_stride());
      transform(transforms_.gradient, grad_y, shape_.oh, shape_.ow, y_blocks_,
                {y_begin(part), y_end(part)}, panel, y_frequencies, y_stride());
      multiply(part, panel.count, x_frequencies, y_frequencies, sum);
    }
  }

  void transform(void (*tiles_of)(const kernels::WinogradSource&), const float* image,
                 std::int64_t h, std::int64_t w, std::int64_t image_blocks, Range blocks,
                 const WinogradTiles::Panel& panel, float* dst, std::size_t stride) const {
    for (std::int64_t b = blocks.begin; b < blocks.end; ++b) {
      tiles_of({image + (panel.image * image_blocks + b) * h * w * lanes_,
                static_cast<std::size_t>(w * lanes_), panel.tiles, panel.count,
                dst + (b - blocks.begin) * row_, stride});
    }
  }

  void multiply(const Part& part, std::size_t tiles, const float* x, const float* y,
                float* sum) const {
    for (std::size_t f = 0; f < frequencies_; ++f) {
      float* to = sum + f * part.stride;
      const float* of_y = y + f * y_stride();
      for (std::int64_t s = part.segments.begin; s < part.segments.end; ++s) {
        for (std::int64_t b = part.x.begin; b < part.x.end; ++b) {
          const float* const of_x = x + f * x_stride() + (b - part.x.begin) * row_;
          multiply_piece(of_x, channels_of(b), of_y, segment(s).blocks, tiles, to);
          to += channels_of(b) * segment(s).blocks * lanes_;
        }
        of_y += segment(s).blocks * row_;
      }
    }
  }

  void multiply_piece(const float* x, std::int64_t channels, const float* y, std::int64_t blocks,
                      std::size_t tiles, float* sum) const {
    const auto row = static_cast<std::size_t>(row_);
    if (multiply_.run_tap != nullptr && channels == lanes_) {
      multiply_.run_tap({x, 0, 0, static_cast<std::size_t>(lanes_), y, 0, row, 0, 1, 1, tiles,
                         static_cast<std::size_t>(blocks), sum});
    } else {
      multiply_.run({x, 0, pixels_.data(), offsets_.data(), static_cast<std::size_t>(channels), y,
                     0, row, 1, tiles, static_cast<std::size_t>(blocks), sum});
    }
  }

  void add_parts(const Piece& piece, float* sums) const {
    const Part& part = parts_[piece.part];
    for (std::size_t f = 0; f < frequencies_; ++f) {
      float* const sum = sums + part.first_sum + f * part.stride + piece.place;
      for (std::int64_t other = 1; other < batch_parts_; ++other) {
        const float* const term = sum + other * sums_of_batch_part_;
        for (std::int64_t i = 0; i < piece.floats; ++i) sum[i] += term[i];
      }
    }
  }

  void transform_back(const Piece& piece, const float* sums, float* grad_w) const {
    const Part& part = parts_[piece.part];
    const ChannelSegment& of = segment(piece.segment);
    for (std::int64_t b = 0; b < of.blocks; ++b) {
      const std::int64_t channel = of.channel + b * lanes_;
      transforms_.filter_gradients({sums + part.first_sum + piece.place + b * lanes_,
                                    static_cast<std::size_t>(of.blocks * lanes_), part.stride,
                                    static_cast<std::size_t>(std::min(lanes_, shape_.oc - channel)),
                                    static_cast<std::size_t>(channels_of(piece.block)),
                                    grad_w + (channel * shape_.ic + piece.block * lanes_) * 9,
                                    static_cast<std::size_t>(shape_.ic * 9), 9});
    }
  }

  Conv2dShape shape_;
  std::int64_t lanes_;
  std::int64_t x_blocks_;
  std::int64_t y_blocks_;
  std::size_t frequencies_;
  const kernels::WinogradKernel& kernel_;
  kernels::WinogradTransforms transforms_;
  const kernels::Conv2dBackwardWeightsKernel& multiply_;
  WinogradGradientCut cut_;
  WinogradTiles tiles_;
  std::vector<ChannelSegment> segments_;
  std::int64_t row_;  // floats of a block: one frequency of a panel
  std::int64_t batch_parts_;
  std::vector<Part> parts_;
  std::vector<Piece> pieces_;
  std::int64_t sums_of_batch_part_ = 0;
  std::int64_t most_x_blocks_ = 0;  // of a part
  std::int64_t most_y_blocks_ = 0;
  std::vector<std::ptrdiff_t> pixels_;
  std::vector<std::ptrdiff_t> offsets_;
};

std::optional<std::string> refuse(const OpSpec& spec, std::int64_t m) {
  const Conv2dShape s = parse_conv2d_backward_weights(spec);
  if (const auto why = refuse_winograd_gradient(spec, s)) return why;
  const double share = winograd_gradient_cycles(s, m) / direct_gradient_cycles(s);
  if (share > kShare) return join("it would take ", share, " of the time of a plain sum");
  const std::int64_t other = m == 4 ? 2 : 4;
  if (winograd_gradient_cycles(s, other) < winograd_gradient_cycles(s, m)) {
    return join("tiles of ", other, "x", other, " are faster here");
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> refuse_conv2d_backward_weights_winograd4(const OpSpec& spec) {
  return refuse(spec, 4);
}

std::unique_ptr<Operator> make_conv2d_backward_weights_winograd4(const OpSpec& spec) {
  return std::make_unique<Conv2dBackwardWeightsWinograd>(spec, 4);
}

std::optional<std::string> refuse_conv2d_backward_weights_winograd2(const OpSpec& spec) {
  return refuse(spec, 2);
}

std::unique_ptr<Operator> make_conv2d_backward_weights_winograd2(const OpSpec& spec) {
  return std::make_unique<Conv2dBackwardWeightsWinograd>(spec, 2);
}

}  // namespace fastcnn::ops
