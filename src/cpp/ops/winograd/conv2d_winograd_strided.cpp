#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/aligned_buffer.h"
#include "ops/winograd/conv2d_winograd.h"
#include "ops/winograd/stride_phases.h"
#include "ops/winograd/winograd_cost.h"

// The first layer of large images: a wide kernel with a stride over few channels. Over the phases
// of the stride it is a 3x3 or 4x4 convolution of more channels, which F(4x4, 3x3) or F(4x4, 4x4)
// runs with a quarter of the multiplications.
namespace fastcnn::ops {
namespace {

constexpr std::int64_t kTile = 4;
constexpr std::int64_t kMaxStride = 4;
constexpr std::int64_t kStripTiles = 56;
constexpr double kShare = 0.9;      // of the cycles of the plain sum
constexpr double kFillCycles = 20;  // of a pixel of the phases

// Rows of tiles of a strip: so many that few rows are read by two strips, and so few that its
// phases stay in the second cache beside the tiles. An even number of strips, for two threads.
std::int64_t rows_of_strip(const Conv2dShape& s) {
  const std::int64_t rows = divide_up(s.oh, kTile);
  const std::int64_t wanted =
      std::clamp<std::int64_t>(kStripTiles / divide_up(s.ow, kTile), 1, rows);
  const std::int64_t strips = divide_up(rows, wanted);
  return strips == 1 ? rows : divide_up(rows, round_up(strips, 2));
}

class Conv2dWinogradStrided final : public Conv2dNode {
 public:
  explicit Conv2dWinogradStrided(const OpSpec& spec)
      : Conv2dNode(spec, Layout::kPlain, Layout::kBlocked),
        shape_(parse_conv2d(spec)),
        lanes_(static_cast<std::int64_t>(cpu::block())),
        rows_(rows_of_strip(shape_) * kTile) {
    for (std::int64_t row = 0; row < shape_.oh; row += rows_) add_strip(row);
    const Strip& first = strips_.front();
    kernel = first.plan.kernel_name();
    flops = shape_.flops();
    packings = {packing(first)};
  }

  std::size_t scratch_bytes(std::size_t threads) const override { return threads * worker_bytes(); }

  // A task is a strip of an image.
  void run(const RunArgs& args) const override {
    const ConvOperands given = operands(args);
    const std::int64_t strips = divide_up(shape_.oh, rows_);
    args.parallel(static_cast<std::size_t>(shape_.n * strips),
                  [&](std::size_t task, std::size_t worker) {
                    const auto index = static_cast<std::int64_t>(task);
                    char* const memory = static_cast<char*>(args.scratch) + worker * worker_bytes();
                    run_strip(given, index / strips, index % strips * rows_, memory);
                  });
  }

 private:
  struct Strip {
    StridePhases phases;
    Conv2dWinogradPlan plan;
  };
  struct Weights {
    StridePhases phases;
    WinogradWeights winograd;
  };

  // All strips but the last are alike.
  void add_strip(std::int64_t row) {
    const std::int64_t rows = std::min(rows_, shape_.oh - row);
    if (!strips_.empty() && strips_.back().phases.shape().oh == rows) return;
    const StridePhases phases(shape_, rows);
    strips_.push_back(
        {phases, {phases.shape(), kTile, false, {0, shape_.oh * shape_.ow * lanes_}}});
  }

  std::size_t phases_bytes() const {
    const std::int64_t floats = strips_.front().phases.floats(lanes_);
    return static_cast<std::size_t>(floats) * sizeof(float) / kAlignment * kAlignment + kAlignment;
  }

  std::size_t worker_bytes() const {
    std::size_t bytes = 0;
    for (const Strip& strip : strips_) bytes = std::max(bytes, strip.plan.scratch_bytes(1));
    return phases_bytes() + (bytes + kAlignment - 1) / kAlignment * kAlignment;
  }

  void run_strip(const ConvOperands& given, std::int64_t image, std::int64_t row,
                 char* memory) const {
    const Strip& strip = row + rows_ <= shape_.oh ? strips_.front() : strips_.back();
    float* const phases = reinterpret_cast<float*>(memory);
    strip.phases.fill(given.src + image * shape_.ic * shape_.h * shape_.w, row, lanes_, phases);
    const std::int64_t dst =
        (image * divide_up(shape_.oc, lanes_) * shape_.oh + row) * shape_.ow * lanes_;
    ConvOperands here = given;
    here.src = phases;
    here.dst += dst;
    if (here.residual != nullptr) here.residual += dst;
    strip.plan.run(here, memory + phases_bytes(), {1});
  }

  Packing packing(const Strip& strip) const {
    const auto weights = std::make_shared<Weights>(Weights{strip.phases, strip.plan.weights()});
    Packing packing = weights->winograd.packing(1);
    packing.format += join(", phases of ", shape_.stride_h, " of ", shape_.kh, "x", shape_.kw);
    packing.pack = [](const Packing& self, const void* src, void* dst, cpu::Parallel parallel) {
      const auto& of = *static_cast<const Weights*>(self.parameters.get());
      const Conv2dShape& s = of.phases.shape();
      AlignedBuffer kernels(static_cast<std::size_t>(s.oc * s.ic * s.taps()) * sizeof(float));
      of.phases.fill_weights(static_cast<const float*>(src), static_cast<float*>(kernels.data()));
      of.winograd.pack(static_cast<const float*>(kernels.data()), static_cast<float*>(dst),
                       parallel);
    };
    packing.parameters = weights;
    return packing;
  }

  Conv2dShape shape_;
  std::int64_t lanes_;
  std::int64_t rows_;          // of the output, of a strip
  std::vector<Strip> strips_;  // the first, and the last where that has fewer rows
};

}  // namespace

std::optional<std::string> refuse_conv2d_winograd_strided(const OpSpec& spec) {
  const Conv2dShape s = parse_conv2d(spec);
  if (!spec.options.winograd) return "winograd is off";
  if (spec.constant(1) == nullptr) return "the weights are not constant";
  if (s.stride_h != s.stride_w || s.stride_h < 2 || s.stride_h > kMaxStride) {
    return join("its strides are ", s.stride_h, "x", s.stride_w, ", not equal and 2 to ",
                kMaxStride);
  }
  const std::int64_t r = StridePhases::kernel_of(s.kh, s.stride_h);
  if (r != StridePhases::kernel_of(s.kw, s.stride_w) || (r != 3 && r != 4)) {
    return join("the kernel is ", s.kh, "x", s.kw, ", not of 3 or 4 strides");
  }
  if (s.dilation_h != 1 || s.dilation_w != 1) return "it has dilations";
  if (s.groups != 1) return join("it has ", s.groups, " groups");
  if (s.n * s.ic * s.oc * s.oh * s.ow == 0) return "there is nothing to compute";
  const auto block = static_cast<std::int64_t>(cpu::block());
  if (2 * s.ic > block) return join(s.ic, " input channels are over half a block of ", block);
  Conv2dShape image = s;
  image.n = 1;
  const Conv2dShape phases = StridePhases(s, s.oh).shape();
  const double fill = kFillCycles * static_cast<double>(phases.h * phases.w);
  const double share = (fill + winograd_cycles(phases, kTile)) / direct_cycles(image);
  if (share > kShare) return join("it would take ", share, " of the time of a plain sum");
  return std::nullopt;
}

std::unique_ptr<Operator> make_conv2d_winograd_strided(const OpSpec& spec) {
  return std::make_unique<Conv2dWinogradStrided>(spec);
}

}  // namespace fastcnn::ops
