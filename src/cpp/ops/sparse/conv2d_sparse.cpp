#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/aligned_buffer.h"
#include "ops/convolution/conv2d_node.h"
#include "ops/convolution/conv2d_shape.h"
#include "ops/sparse/conv2d_pruned.h"
#include "ops/sparse/sparse_tiles.h"
#include "ops/sparse/sparse_weights.h"

namespace fastcnn::ops {
namespace {

// Tasks of one image: two threads find enough to share, and few panels are filled twice.
constexpr std::int64_t kTasks = 2;
// Shares of non-zeros above which dense kernels win, where every lane of a tile is a pixel: those
// of Winograd's convolution, and the others.
constexpr double kMaxDensityOfWinograd = 0.12;
constexpr double kMaxDensity = 0.25;

double max_density(const Conv2dShape& shape) {
  if (shape.taps() == 1) return kMaxDensity;
  const std::int64_t lanes = round_up(shape.ow, static_cast<std::int64_t>(cpu::block()));
  const double used = static_cast<double>(shape.ow) / static_cast<double>(lanes);
  return used * (suits_winograd(shape) ? kMaxDensityOfWinograd : kMaxDensity);
}

// y = act(x * w + b + residual) where most of w is zero. A task is one tile of one image and a part
// of the output channels: it fills panel after panel and lets every row add what it has there.
class Sparse final : public Conv2dNode, public Pruned {
 public:
  explicit Sparse(const OpSpec& spec)
      : Conv2dNode(spec,
                   spec.inputs[0].layout == Layout::kPlain ? Layout::kPlain : Layout::kBlocked,
                   Layout::kPlain),
        shape_(parse_conv2d(spec)),
        kernel_(kernels::select_conv2d_sparse()),
        tiles_(shape_, kernel_, input_layouts[0],
               nonzeros_of(shape_, static_cast<const float*>(spec.constant(1)))),
        weights_(std::make_shared<SparseWeights>(
            shape_, tiles_, static_cast<const float*>(spec.constant(1)), parts_of_group())) {
    kernel = kernel_.name;
    flops = 2.0 * static_cast<double>(weights_->nonzeros()) *
            static_cast<double>(shape_.n * shape_.oh * shape_.ow);
    packings = {SparseWeights::packing(weights_, 1)};
    for (const SparseWeights::Part& part : weights_->parts()) {
      most_rows_ = std::max(most_rows_, part.channels);
    }
    for (std::int64_t tile = 0; tile < tiles_.count(); ++tile) {
      places_.push_back({tiles_.pieces(tile), tiles_.parts(tile)});
    }
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    return threads * worker_floats() * sizeof(float);
  }

  void run(const RunArgs& args) const override {
    const std::int64_t tiles = shape_.n * tiles_.count();
    const auto parts = static_cast<std::int64_t>(weights_->parts().size());
    args.parallel(
        static_cast<std::size_t>(tiles * parts), [&](std::size_t task, std::size_t worker) {
          const auto item = static_cast<std::int64_t>(task);
          run_part(args, item / parts, weights_->parts()[static_cast<std::size_t>(item % parts)],
                   static_cast<float*>(args.scratch) + worker * worker_floats());
        });
  }

 private:
  // What a tile reads of a channel, and which of its pixels exist.
  struct Places {
    std::vector<kernels::SparsePiece> pieces;
    std::vector<SparseTiles::Part> pixels;
  };

  std::int64_t parts_of_group() const {
    const std::int64_t tiles = std::max<std::int64_t>(shape_.n * tiles_.count() * shape_.groups, 1);
    return std::clamp<std::int64_t>(divide_up(kTasks, tiles), 1,
                                    divide_up(shape_.oc_per_group(), 32));
  }

  std::size_t panel_floats() const {
    if (tiles_.in_place()) return 0;
    return static_cast<std::size_t>(tiles_.panel_channels() * tiles_.channel_floats());
  }
  std::size_t worker_floats() const {
    const std::size_t floats =
        panel_floats() + static_cast<std::size_t>(most_rows_ * tiles_.pixels());
    return (floats + kAlignment - 1) / kAlignment * kAlignment;
  }

  void run_part(const RunArgs& args, std::int64_t tile_of_batch, const SparseWeights::Part& part,
                float* scratch) const {
    const std::int64_t image = tile_of_batch / tiles_.count();
    const auto& [pieces, pixels] =
        places_[static_cast<std::size_t>(tile_of_batch % tiles_.count())];
    const auto plane = static_cast<std::size_t>(shape_.oh * shape_.ow);
    const auto row = static_cast<std::size_t>(tiles_.dst_row());
    const auto vectors = static_cast<std::size_t>(pixels.back().first_row + pixels.back().rows);
    const auto lanes = static_cast<std::size_t>(tiles_.lanes());
    const std::int64_t dst = (image * shape_.oc + part.channel) * shape_.oh * shape_.ow;
    const ConvOperands given = operands(args);
    const float* const x = given.src + image * image_floats();
    const char* const packed = reinterpret_cast<const char*>(given.weights);
    float* const panel = scratch;
    float* const sums = scratch + panel_floats();

    // A tile that lies in the output as a whole is summed up there.
    const bool whole = tiles_.is_whole(pixels);
    kernels::Conv2dSparse work{};
    work.src = panel;
    work.dst = whole ? given.dst + dst + pixels[0].dst : sums;
    work.row_stride = whole ? plane : vectors * lanes;
    work.vector_stride = whole ? row : lanes;
    work.residual =
        whole && given.residual != nullptr ? given.residual + dst + pixels[0].dst : nullptr;
    work.low = given.clamp.low;
    work.high = given.clamp.high;
    for (const SparseWeights::Work& of_panel : part.work) {
      const SparseWeights::Panel& channels = weights_->panels()[of_panel.panel];
      if (tiles_.in_place()) {
        work.src = x + channels.channel * shape_.h * shape_.w + pixels[0].dst;
      } else {
        tiles_.fill(x, input_layouts[0], pieces, channels.channel, channels.channels, panel);
      }
      work.rows = reinterpret_cast<const kernels::SparseRow*>(packed + of_panel.rows);
      work.num_rows = of_panel.num_rows;
      work.entries = reinterpret_cast<const kernels::SparseEntry*>(packed + of_panel.entries);
      work.bias = of_panel.first ? given.bias + part.channel : nullptr;
      work.finish = whole && of_panel.last;
      work.fetch = whole;
      kernel_.multiply(work, vectors);
    }
    if (whole) return;
    for (const SparseTiles::Part& cut : pixels) {
      const std::int64_t place = dst + cut.dst;
      kernel_.finish({sums + static_cast<std::size_t>(cut.first_row) * lanes, vectors * lanes,
                      static_cast<std::size_t>(part.channels), static_cast<std::size_t>(cut.rows),
                      static_cast<std::size_t>(cut.columns),
                      given.residual == nullptr ? nullptr : given.residual + place,
                      given.dst + place, plane, row, given.clamp.low, given.clamp.high});
    }
  }

  std::int64_t image_floats() const {
    const auto block = static_cast<std::int64_t>(cpu::block());
    const std::int64_t channels =
        input_layouts[0] == Layout::kPlain ? shape_.ic : round_up(shape_.ic, block);
    return channels * shape_.h * shape_.w;
  }

  Conv2dShape shape_;
  const kernels::Conv2dSparseKernel& kernel_;
  SparseTiles tiles_;
  std::shared_ptr<const SparseWeights> weights_;
  std::int64_t most_rows_ = 0;
  std::vector<Places> places_;  // [tile]
};

}  // namespace

std::optional<std::string> refuse_conv2d_generated(const OpSpec& spec);

std::optional<std::string> refuse_conv2d_sparse(const OpSpec& spec) {
  const Conv2dShape shape = parse_conv2d(spec);
  if (spec.constant(1) == nullptr) return "the weights are not constant";
  if (shape.depthwise()) return "depthwise";
  if (weights_of(shape) == 0) return "there are no weights";
  const double left = density(shape, static_cast<const float*>(spec.constant(1)));
  const double limit = max_density(shape);
  if (left > limit) {
    return join(static_cast<int>(100 * left), "% of the weights are not zero, over ",
                static_cast<int>(100 * limit), "%");
  }
  if (!refuse_conv2d_generated(spec)) return "code is generated for it";
  return std::nullopt;
}

std::unique_ptr<Operator> make_conv2d_sparse(const OpSpec& spec) {
  return std::make_unique<Sparse>(spec);
}

}  // namespace fastcnn::ops
