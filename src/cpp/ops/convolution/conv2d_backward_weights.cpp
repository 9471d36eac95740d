#include "kernels/conv2d_backward_weights/conv2d_backward_weights.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/aligned_buffer.h"
#include "ops/convolution/conv2d_batch.h"
#include "ops/convolution/conv2d_channels.h"
#include "ops/convolution/conv2d_geometry.h"
#include "ops/convolution/conv2d_shape.h"
#include "ops/split.h"

namespace fastcnn::ops {
namespace {

// A chunk's rows of one block of grad_y and of one plane of x stay in the first cache.
constexpr std::int64_t kChunkPixels = 320;
constexpr std::int64_t kTasks = 32;

// The same where taps are summed one by one: floats of a chunk, and the fewest pixels, for which
// sums stay in registers.
constexpr std::int64_t kTapFloats = 8 * 1024;
constexpr std::int64_t kTapPixels = 128;

std::int64_t chunk_rows_of(const Conv2dShape& shape) {
  return kChunkPixels / std::max<std::int64_t>(shape.ow, 1);
}

// grad_w[o, c, k, l] = sum over images and pixels of grad_y times x under the tap.
//
// A task is a part of the batch, of x's planes and of the output channels. It sums into its own
// place of a packed partial gradient [batch part][segment][channel and tap][blocks][lanes]; the
// partials are then added in order and written as plain weights.
class Conv2dBackwardWeights final : public Operator {
 public:
  Conv2dBackwardWeights(const OpSpec& spec, Layout x_layout)
      : shape_(parse_conv2d_backward_weights(spec)),
        block_(static_cast<std::int64_t>(cpu::block())),
        x_lanes_(x_layout == Layout::kPlain ? 1 : block_),
        kernel_(kernels::select_conv2d_backward_weights()),
        geometry_(forward_view(shape_).axes, {x_lanes_, 0}, {block_, 0}, chunk_rows_of(shape_), 1),
        segments_(channel_segments(shape_.oc, shape_.groups, block_,
                                   static_cast<std::int64_t>(kernel_.max_blocks))),
        batch_(shape_.n, shape_.oh * shape_.ow, place_segments()) {
    kernel = kernel_.name;
    flops = shape_.flops();
    input_layouts = {Layout::kBlocked, x_layout};
    output_layouts = {Layout::kPlain};
    for (std::int64_t group = 0; group < shape_.groups; ++group) fill_offsets(group);
    cut_work();
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    return partials_bytes() + threads * windows_bytes();
  }

  void run(const RunArgs& args) const override {
    const std::int64_t parts = x_parts_ * segment_parts_;
    float* const partials = static_cast<float*>(args.scratch);
    args.parallel(static_cast<std::size_t>(batch_.count() * parts),
                  [&](std::size_t task, std::size_t worker) {
                    const auto index = static_cast<std::int64_t>(task);
                    char* const windows = static_cast<char*>(args.scratch) + partials_bytes();
                    sum_part(args.src(0), args.src(1), index / parts,
                             index % parts / segment_parts_, index % segment_parts_, partials,
                             reinterpret_cast<float*>(windows + worker * windows_bytes()));
                  });
    args.parallel(finishes_.size(), [&](std::size_t i, std::size_t) {
      add_partials(finishes_[i], partials);
      unpack(finishes_[i], partials + finishes_[i].partial, args.dst(0));
    });
  }

 private:
  struct Rows {
    std::int64_t begin;
    std::int64_t end;
  };

  struct GroupOffsets {
    std::vector<ChannelRun> runs;
    std::vector<std::ptrdiff_t> offsets;
  };

  // Offsets of a segment's group that lie in a range of planes, and their partial gradient's place.
  struct Piece {
    const std::ptrdiff_t* offsets;
    std::size_t count;
    std::int64_t partial;
  };

  // A run of input channels of a segment, to be added over the parts of the batch and written.
  struct Finish {
    std::size_t segment;
    const ChannelRun* run;
    std::int64_t partial;
    std::int64_t floats;
  };

  std::int64_t x_planes() const { return divide_up(shape_.ic, x_lanes_); }

  // Where each segment's partial gradient begins; gives the floats of all.
  std::int64_t place_segments() {
    std::int64_t floats = 0;
    for (const ChannelSegment& segment : segments_) {
      partial_begin_.push_back(floats);
      floats += shape_.ic_per_group() * shape_.taps() * segment.blocks * block_;
    }
    partial_begin_.push_back(floats);
    return floats;
  }

  std::size_t partials_bytes() const {
    return static_cast<std::size_t>(
        round_up(partial_begin_.back() * batch_.count() * 4, kAlignment));
  }

  std::size_t windows_bytes() const {
    return by_taps_ ? 0 : geometry_.windows_bytes(together_ * x_planes());
  }

  // The offsets of a group: plane by plane, tap by tap, channel by channel.
  void fill_offsets(std::int64_t group) {
    GroupOffsets& of_group = offsets_.emplace_back();
    const std::int64_t channels = shape_.ic_per_group();
    of_group.runs = channel_runs(group * channels, channels, x_lanes_);
    for (const ChannelRun& run : of_group.runs) {
      for (const ConvPhase::Tap& tap : geometry_.phases().front().taps) {
        for (std::int64_t c = 0; c < run.channels; ++c) {
          of_group.offsets.push_back(run.plane * geometry_.src_plane() + tap.offset + run.lane + c);
        }
      }
    }
  }

  void cut_work() {
    const std::int64_t chunk_pixels =
        shape_.oh * shape_.ow / std::max<std::int64_t>(geometry_.chunks(), 1);
    together_ = images_together(batch_.end(0), chunk_pixels);
    const auto segments = static_cast<std::int64_t>(segments_.size());
    x_parts_ = std::min(x_planes(), divide_up(kTasks, batch_.count()));
    segment_parts_ =
        std::min(segments, divide_up(kTasks, batch_.count() * std::max<std::int64_t>(x_parts_, 1)));
    by_taps_ = kernel_.run_tap != nullptr && shape_.groups == 1 && x_lanes_ == block_ &&
               shape_.ic % block_ == 0;
    const std::int64_t blocks = segments_.empty() ? 1 : segments_.front().blocks;
    const std::int64_t pixels = std::max(kTapPixels, kTapFloats / ((blocks + 1) * block_));
    const std::int64_t columns = std::max<std::int64_t>(shape_.ow, 1);
    const std::int64_t rows = std::max<std::int64_t>(shape_.oh, 1);
    tap_rows_ = std::clamp<std::int64_t>(pixels / columns, 1, rows);
    tap_rows_ = divide_up(rows, divide_up(rows, tap_rows_));
    tap_images_ = std::max<std::int64_t>(tap_rows_ == rows ? pixels / (rows * columns) : 1, 1);
    for (std::int64_t part = 0; part < x_parts_; ++part) {
      for (std::size_t s = 0; s < segments_.size(); ++s) {
        pieces_.push_back(piece_of(s, first_plane(part), first_plane(part + 1)));
      }
    }
    for (std::size_t s = 0; s < segments_.size(); ++s) {
      std::int64_t partial = partial_begin_[s];
      for (const ChannelRun& run : offsets_[static_cast<std::size_t>(segments_[s].group)].runs) {
        const std::int64_t floats = shape_.taps() * run.channels * segments_[s].blocks * block_;
        finishes_.push_back({s, &run, partial, floats});
        partial += floats;
      }
    }
  }

  std::int64_t first_plane(std::int64_t x_part) const { return x_planes() * x_part / x_parts_; }

  void sum_part(const float* grad_y, const float* x, std::int64_t batch_part, std::int64_t x_part,
                std::int64_t segment_part, float* partials, float* windows) const {
    const auto segments = static_cast<std::int64_t>(segments_.size());
    const auto first = static_cast<std::size_t>(segments * segment_part / segment_parts_);
    const auto last = static_cast<std::size_t>(segments * (segment_part + 1) / segment_parts_);
    float* const of_part = partials + batch_part * partial_begin_.back();
    const Piece* const pieces = pieces_.data() + x_part * segments;
    for (std::size_t s = first; s < last; ++s) {
      std::fill_n(of_part + pieces[s].partial,
                  static_cast<std::int64_t>(pieces[s].count) * segments_[s].blocks * block_, 0.0f);
    }

    if (by_taps_) return sum_taps(grad_y, x, batch_part, x_part, first, last, of_part);

    const std::int64_t image_stride = x_planes() * geometry_.src_image_plane();
    for (std::int64_t n = batch_.begin(batch_part); n < batch_.end(batch_part); n += together_) {
      const std::int64_t images = std::min(together_, batch_.end(batch_part) - n);
      for (std::int64_t chunk = 0; chunk < geometry_.chunks(); ++chunk) {
        const float* src = x + n * image_stride;
        std::int64_t src_stride = image_stride;
        if (geometry_.copies()) {
          src_stride = x_planes() * geometry_.src_plane();
          for (std::int64_t i = 0; i < images; ++i) {
            for (std::int64_t p = first_plane(x_part); p < first_plane(x_part + 1); ++p) {
              geometry_.copy_window(x + (n + i) * image_stride + p * geometry_.src_image_plane(),
                                    windows + i * src_stride + p * geometry_.src_plane(), chunk);
            }
          }
          src = windows;
        }
        for (std::size_t s = first; s < last; ++s) {
          sum_chunk(grad_y, src, src_stride, n, images, chunk, s, pieces[s],
                    of_part + pieces[s].partial);
        }
      }
    }
  }

  // Tap by tap and plane by plane, of each the rectangle of pixels that it reads inside of the
  // image: no copy of x and no product with padding.
  void sum_taps(const float* grad_y, const float* x, std::int64_t batch_part, std::int64_t x_part,
                std::size_t first, std::size_t last, float* partial) const {
    const Rows all{0, shape_.oh};
    for (std::int64_t n = batch_.begin(batch_part); n < batch_.end(batch_part); n += tap_images_) {
      const std::int64_t images = std::min(tap_images_, batch_.end(batch_part) - n);
      for (std::int64_t row = all.begin; row < all.end; row += tap_rows_) {
        const Rows rows{row, std::min(row + tap_rows_, all.end)};
        for (std::size_t s = first; s < last; ++s) {
          float* sum =
              partial + pieces_[static_cast<std::size_t>(x_part) * segments_.size() + s].partial;
          for (std::int64_t p = first_plane(x_part); p < first_plane(x_part + 1); ++p) {
            for (std::int64_t k = 0; k < shape_.kh; ++k) {
              for (std::int64_t l = 0; l < shape_.kw; ++l) {
                sum_tap(grad_y, x, n, images, rows, segments_[s], p, k, l, sum);
                sum += block_ * segments_[s].blocks * block_;
              }
            }
          }
        }
      }
    }
  }

  void sum_tap(const float* grad_y, const float* x, std::int64_t n, std::int64_t images, Rows rows,
               const ChannelSegment& segment, std::int64_t plane, std::int64_t k, std::int64_t l,
               float* sum) const {
    const std::int64_t down = k * shape_.dilation_h - shape_.pad_top;
    const std::int64_t right = l * shape_.dilation_w - shape_.pad_left;
    const Rows y = inside(rows, down, shape_.stride_h, shape_.h);
    const Rows columns = inside({0, shape_.ow}, right, shape_.stride_w, shape_.w);
    if (y.begin >= y.end || columns.begin >= columns.end) return;
    const std::int64_t x_image = shape_.h * shape_.w * block_;
    const std::int64_t y_image = shape_.oh * shape_.ow * block_;
    const std::int64_t y_planes = divide_up(shape_.oc, block_);
    const std::int64_t x_row = y.begin * shape_.stride_h + down;
    const std::int64_t x_column = columns.begin * shape_.stride_w + right;
    const std::int64_t first_block = segment.channel / block_;
    kernel_.run_tap(
        {x + (n * x_planes() + plane) * x_image + (x_row * shape_.w + x_column) * block_,
         static_cast<std::size_t>(x_planes() * x_image),
         static_cast<std::size_t>(shape_.stride_h * shape_.w * block_),
         static_cast<std::size_t>(shape_.stride_w * block_),
         grad_y + (n * y_planes + first_block) * y_image +
             (y.begin * shape_.ow + columns.begin) * block_,
         static_cast<std::size_t>(y_planes * y_image), static_cast<std::size_t>(y_image),
         static_cast<std::size_t>(shape_.ow * block_), static_cast<std::size_t>(images),
         static_cast<std::size_t>(y.end - y.begin),
         static_cast<std::size_t>(columns.end - columns.begin),
         static_cast<std::size_t>(segment.blocks), sum});
  }

  // Of outputs [begin, end) those that read at output * stride + shift inside of [0, extent).
  static Rows inside(Rows outputs, std::int64_t shift, std::int64_t stride, std::int64_t extent) {
    const auto from = [&](std::int64_t place) {  // the first output that reads at or past it
      return place <= shift ? 0 : divide_up(place - shift, stride);
    };
    return {std::max(outputs.begin, from(0)), std::min(outputs.end, from(extent))};
  }

  Piece piece_of(std::size_t s, std::int64_t first, std::int64_t last) const {
    const GroupOffsets& of_group = offsets_[static_cast<std::size_t>(segments_[s].group)];
    std::int64_t before = 0;
    std::int64_t within = 0;
    for (const ChannelRun& run : of_group.runs) {
      if (run.plane < first) before += run.channels * shape_.taps();
      if (run.plane >= first && run.plane < last) within += run.channels * shape_.taps();
    }
    return {of_group.offsets.data() + before, static_cast<std::size_t>(within),
            partial_begin_[s] + before * segments_[s].blocks * block_};
  }

  void sum_chunk(const float* grad_y, const float* src, std::int64_t src_stride, std::int64_t n,
                 std::int64_t images, std::int64_t chunk, std::size_t s, const Piece& piece,
                 float* partial) const {
    const ChannelSegment& segment = segments_[s];
    const ConvPhase& phase = geometry_.phases().front();
    const std::int64_t y_planes = divide_up(shape_.oc, block_);
    const PixelRange pixels = geometry_.pixels(phase, chunk, 1);
    if (pixels.count == 0) return;
    const float* const grad = grad_y +
                              (n * y_planes + segment.channel / block_) * geometry_.dst_plane() +
                              geometry_.dst_chunk(chunk) + phase.dst_pixels[pixels.first];
    kernel_.run({src, static_cast<std::size_t>(src_stride), phase.src_pixels.data() + pixels.first,
                 piece.offsets, piece.count, grad,
                 static_cast<std::size_t>(y_planes * geometry_.dst_plane()),
                 static_cast<std::size_t>(geometry_.dst_plane()), static_cast<std::size_t>(images),
                 pixels.count, static_cast<std::size_t>(segment.blocks), partial});
  }

  void add_partials(const Finish& finish, float* partials) const {
    float* const sum = partials + finish.partial;
    for (std::int64_t part = 1; part < batch_.count(); ++part) {
      const float* const term = sum + part * partial_begin_.back();
      for (std::int64_t i = 0; i < finish.floats; ++i) sum[i] += term[i];
    }
  }

  // A plane's sums are read from the first cache in any order and grad_w is written in its own.
  void unpack(const Finish& finish, const float* sum, float* grad_w) const {
    const ChannelSegment& segment = segments_[finish.segment];
    const ChannelRun& run = *finish.run;
    const std::int64_t lane = segment.channel % block_;
    const std::int64_t real = (segment.blocks - 1) * block_ + segment.real_lanes;
    const std::int64_t row = segment.blocks * block_;
    const std::int64_t filter = shape_.ic_per_group() * shape_.taps();
    const std::int64_t first = run.channel - segment.group * shape_.ic_per_group();
    for (std::int64_t o = 0; o < real; ++o) {
      float* to = grad_w + (segment.channel + o) * filter + first * shape_.taps();
      for (std::int64_t c = 0; c < run.channels; ++c) {
        for (std::int64_t t = 0; t < shape_.taps(); ++t) {
          *to++ = sum[(t * run.channels + c) * row + lane + o];
        }
      }
    }
  }

  Conv2dShape shape_;
  std::int64_t block_;
  std::int64_t x_lanes_;
  const kernels::Conv2dBackwardWeightsKernel& kernel_;
  ConvGeometry geometry_;
  std::vector<ChannelSegment> segments_;
  std::vector<std::int64_t> partial_begin_;  // [segment], and the end of the last one
  BatchParts batch_;
  std::vector<GroupOffsets> offsets_;  // [group]
  std::int64_t together_;              // images a kernel sums in one go
  std::int64_t x_parts_;
  std::int64_t segment_parts_;
  bool by_taps_;
  std::int64_t tap_rows_;      // of a chunk
  std::int64_t tap_images_;    // that a kernel sums in one go
  std::vector<Piece> pieces_;  // [x part][segment]
  std::vector<Finish> finishes_;
};

}  // namespace

// Few channels in the plain layout: as in conv2d_direct_plain, x is read as the caller gave it.
std::optional<std::string> refuse_conv2d_backward_weights_plain(const OpSpec& spec) {
  const Conv2dShape shape = parse_conv2d_backward_weights(spec);
  const auto block = static_cast<std::int64_t>(cpu::block());
  if (spec.inputs[1].layout != Layout::kPlain) return "x is blocked";
  if (2 * shape.ic > block) {
    return join(shape.ic, " input channels are over half a block of ", block);
  }
  return std::nullopt;
}

std::unique_ptr<Operator> make_conv2d_backward_weights_plain(const OpSpec& spec) {
  return std::make_unique<Conv2dBackwardWeights>(spec, Layout::kPlain);
}

std::optional<std::string> refuse_conv2d_backward_weights_direct(const OpSpec& spec) {
  parse_conv2d_backward_weights(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_conv2d_backward_weights_direct(const OpSpec& spec) {
  return std::make_unique<Conv2dBackwardWeights>(spec, Layout::kBlocked);
}

}  // namespace fastcnn::ops
