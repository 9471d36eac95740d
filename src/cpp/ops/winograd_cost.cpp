#include "ops/winograd_cost.h"

#include <algorithm>

#include "cpu/cache.h"
#include "cpu/isa.h"
#include "kernels/conv2d_direct/conv2d_direct.h"
#include "ops/winograd_tiles.h"

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

// Of one kernel, and as much where conv2d_direct packs it plain.
constexpr double kWeights2 = 20;
constexpr double kWeights4 = 40;
constexpr double kWeightsPlain = 10;

// Multiply-adds of `steps` channels and taps for `pixels` pixels and all output channels.
double multiply_cycles(double pixels, double steps, std::int64_t oc) {
  const auto most = static_cast<std::int64_t>(kernels::select_conv2d_direct().max_blocks);
  const std::int64_t blocks = divide_up(oc, static_cast<std::int64_t>(cpu::block()));
  const double segments = static_cast<double>(divide_up(blocks, most));
  const double tiles = static_cast<double>(
      divide_up(static_cast<std::int64_t>(pixels), static_cast<std::int64_t>(kTilePixels)));
  const double step = static_cast<double>(most) / kMultiplyAdds;
  return segments * (tiles * kTileCycles + steps * step * std::max(pixels, tiles * kLeastPixels));
}

// At least the time that the weights take to come, unless they stay in the second cache.
double with_weights(double cycles, const Conv2dShape& shape, double places) {
  const double bytes = 4.0 * places * static_cast<double>(shape.ic) * static_cast<double>(shape.oc);
  if (bytes < static_cast<double>(cpu::cache_sizes().l2) / 4) return cycles;
  return std::max(cycles, bytes / kWeightBytes);
}

// Pairs of an output and a tap that lie in the image along one axis.
double inside(std::int64_t outputs, std::int64_t extent, std::int64_t pad) {
  double pairs = 0;
  for (std::int64_t tap = 0; tap < 3; ++tap) {
    const std::int64_t begin = std::max<std::int64_t>(pad - tap, 0);
    const std::int64_t end = std::min(extent + pad - tap, outputs);
    pairs += static_cast<double>(std::max<std::int64_t>(end - begin, 0));
  }
  return pairs;
}

}  // namespace

double direct_cycles(const Conv2dShape& shape) {
  const double pixels = static_cast<double>(shape.oh) * static_cast<double>(shape.ow);
  const double taps =
      inside(shape.oh, shape.h, shape.pad_top) * inside(shape.ow, shape.w, shape.pad_left) / pixels;
  return with_weights(multiply_cycles(static_cast<double>(shape.n) * pixels,
                                      taps * static_cast<double>(shape.ic), shape.oc),
                      shape, 9);
}

double winograd_cycles(const Conv2dShape& shape, std::int64_t m) {
  const Transforms& transforms = m == 4 ? kTransforms4 : kTransforms2;
  const auto block = static_cast<std::int64_t>(cpu::block());
  const double tiles = static_cast<double>(shape.n * WinogradTiles::of_image(shape, m));
  const auto frequencies = static_cast<double>((m + 2) * (m + 2));
  const double transform = static_cast<double>(divide_up(shape.ic, block)) * transforms.src +
                           static_cast<double>(divide_up(shape.oc, block)) * transforms.dst;
  return tiles * transform +
         with_weights(frequencies * multiply_cycles(tiles, static_cast<double>(shape.ic), shape.oc),
                      shape, frequencies);
}

double winograd_weights_cycles(const Conv2dShape& shape, std::int64_t m) {
  const double kernels = static_cast<double>(shape.ic) * static_cast<double>(shape.oc);
  return ((m == 4 ? kWeights4 : kWeights2) - kWeightsPlain) * kernels;
}

}  // namespace fastcnn::ops
