#include "ops/winograd/winograd_cost.h"

#include <algorithm>

#include "cpu/cache.h"
#include "cpu/isa.h"
#include "kernels/conv2d_direct/conv2d_direct.h"
#include "ops/winograd/winograd_gradient_cut.h"
#include "ops/winograd/winograd_tiles.h"

namespace fastcnn::ops {
namespace {

// conv2d_direct: its tile of six pixels takes some cycles before and after, and as long as four
// pixels where there are fewer (ops/conv2d_cut.cpp).
constexpr double kTilePixels = 6;
constexpr double kLeastPixels = 4;
constexpr double kTileCycles = 30;
constexpr double kMultiplyAdds = 2;  // vectors a cycle

// Bytes of weights a cycle from the last cache or from memory.
constexpr double kWeightBytes = 5;

// Cycles of the transforms for one tile of one block of channels, measured with AVX2.
struct Transforms {
  double src;
  double dst;
};
constexpr Transforms kTransforms2{50, 35};
constexpr Transforms kTransforms4{150, 120};
constexpr Transforms kTransforms4By4{200, 180};

const Transforms& transforms_of(const Conv2dShape& shape, std::int64_t m) {
  if (shape.kh == 4) return kTransforms4By4;
  return m == 4 ? kTransforms4 : kTransforms2;
}

// Of the peak that conv2d_backward_weights reaches, and cycles to read and write a vector of sums.
constexpr double kGradientShare = 0.85;
constexpr double kSumCycles = 6;

// Of one kernel, and as much where conv2d_direct packs it plain.
constexpr double kWeights2 = 20;
constexpr double kWeights4 = 40;
constexpr double kWeightsPlain = 10;

// Multiply-adds of `places` taps or frequencies of all channels for `pixels` pixels.
double multiply_cycles(const Conv2dShape& shape, double pixels, double places) {
  const auto most = static_cast<std::int64_t>(kernels::select_conv2d_direct().max_blocks);
  const std::int64_t blocks =
      divide_up(shape.oc_per_group(), static_cast<std::int64_t>(cpu::block()));
  const double segments = static_cast<double>(shape.groups * divide_up(blocks, most));
  const double steps = places * static_cast<double>(shape.ic_per_group());
  const double tiles = static_cast<double>(
      divide_up(static_cast<std::int64_t>(pixels), static_cast<std::int64_t>(kTilePixels)));
  const double step = static_cast<double>(most) / kMultiplyAdds;
  return segments * (tiles * kTileCycles + steps * step * std::max(pixels, tiles * kLeastPixels));
}

// At least the time that the weights take to come, unless they stay in the second cache.
double with_weights(double cycles, const Conv2dShape& shape, double places) {
  const double bytes =
      4.0 * places * static_cast<double>(shape.ic_per_group()) * static_cast<double>(shape.oc);
  if (bytes < static_cast<double>(cpu::cache_sizes().l2) / 4) return cycles;
  return std::max(cycles, bytes / kWeightBytes);
}

// Pairs of an output and a tap that lie in the image along one axis.
double inside(std::int64_t outputs, std::int64_t extent, std::int64_t pad, std::int64_t taps,
              std::int64_t stride) {
  double pairs = 0;
  for (std::int64_t tap = 0; tap < taps; ++tap) {
    const std::int64_t begin = divide_up(std::max<std::int64_t>(pad - tap, 0), stride);
    const std::int64_t end =
        std::min(divide_up(std::max<std::int64_t>(extent + pad - tap, 0), stride), outputs);
    pairs += static_cast<double>(std::max<std::int64_t>(end - begin, 0));
  }
  return pairs;
}

double pairs_inside(const Conv2dShape& s) {
  return inside(s.oh, s.h, s.pad_top, s.kh, s.stride_h) *
         inside(s.ow, s.w, s.pad_left, s.kw, s.stride_w);
}

}  // namespace

std::optional<std::string> refuse_winograd(const OpSpec& spec, const Conv2dShape& s) {
  if (!spec.options.winograd) return "winograd is off";
  if (s.kh != 3 || s.kw != 3) return join("the kernel is ", s.kh, "x", s.kw, ", not 3x3");
  if (s.stride_h != 1 || s.stride_w != 1) return "it has strides";
  if (s.dilation_h != 1 || s.dilation_w != 1) return "it has dilations";
  const auto block = static_cast<std::int64_t>(cpu::block());
  if (s.groups != 1 && (s.ic_per_group() % block != 0 || s.oc_per_group() % block != 0)) {
    return join("its groups of ", s.ic_per_group(), " to ", s.oc_per_group(),
                " channels are not whole blocks of ", block);
  }
  if (s.n * s.ic * s.oc * s.oh * s.ow == 0) return "there is nothing to compute";
  return std::nullopt;
}

std::optional<std::string> refuse_winograd_gradient(const OpSpec& spec, const Conv2dShape& s) {
  if (s.groups != 1) return join("it has ", s.groups, " groups");
  return refuse_winograd(spec, s);
}

double direct_cycles(const Conv2dShape& shape) {
  const double pixels = static_cast<double>(shape.oh) * static_cast<double>(shape.ow);
  const double taps = pairs_inside(shape) / pixels;
  return with_weights(multiply_cycles(shape, static_cast<double>(shape.n) * pixels, taps), shape,
                      static_cast<double>(shape.taps()));
}

double winograd_cycles(const Conv2dShape& shape, std::int64_t m) {
  const Transforms& transforms = transforms_of(shape, m);
  const auto block = static_cast<std::int64_t>(cpu::block());
  const double tiles = static_cast<double>(shape.n * WinogradTiles::of_image(shape, m));
  const std::int64_t a = m + shape.kh - 1;
  const auto frequencies = static_cast<double>(a * a);
  const double transform = static_cast<double>(divide_up(shape.ic, block)) * transforms.src +
                           static_cast<double>(divide_up(shape.oc, block)) * transforms.dst;
  return tiles * transform +
         with_weights(frequencies * multiply_cycles(shape, tiles, 1), shape, frequencies);
}

double winograd_weights_cycles(const Conv2dShape& shape, std::int64_t m) {
  const double kernels = static_cast<double>(shape.ic_per_group()) * static_cast<double>(shape.oc);
  return ((m == 4 ? kWeights4 : kWeights2) - kWeightsPlain) * kernels;
}

double direct_gradient_cycles(const Conv2dShape& shape) {
  const auto block = static_cast<std::int64_t>(cpu::block());
  const double steps = static_cast<double>(shape.n) * pairs_inside(shape);
  return steps * static_cast<double>(shape.ic * divide_up(shape.oc, block)) /
         (kMultiplyAdds * kGradientShare);
}

double winograd_gradient_cycles(const Conv2dShape& shape, std::int64_t m) {
  const Transforms& transforms = m == 4 ? kTransforms4 : kTransforms2;
  const WinogradGradientCut cut(shape, m);
  const auto block = static_cast<std::int64_t>(cpu::block());
  const auto frequencies = static_cast<double>((m + 2) * (m + 2));
  const double tiles = static_cast<double>(shape.n * WinogradTiles::of_image(shape, m));
  const double transform =
      static_cast<double>(cut.y_parts * divide_up(shape.ic, block)) * transforms.src +
      static_cast<double>(cut.x_parts * divide_up(shape.oc, block)) * transforms.dst;
  const double sums = frequencies * static_cast<double>(shape.ic * divide_up(shape.oc, block));
  const double panels = tiles / static_cast<double>(cut.panel);
  const double passes = panels + static_cast<double>(cut.batch_parts) + 1;
  return tiles * transform + sums * tiles / (kMultiplyAdds * kGradientShare) +
         sums * passes * kSumCycles;
}

}  // namespace fastcnn::ops
