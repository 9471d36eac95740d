#include "ops/winograd_weights.h"

#include <algorithm>
#include <memory>

#include "kernels/conv2d_direct/conv2d_direct.h"
#include "kernels/conv2d_winograd/conv2d_winograd.h"
#include "ops/split.h"

namespace fastcnn::ops {
namespace {

constexpr std::size_t kLargest = 6;  // m + 2

// U = G g G^T in float64.
void transform(const double* g_matrix, std::size_t a, const float* g,
               double (&u)[kLargest][kLargest]) {
  double half[kLargest][3];
  for (std::size_t i = 0; i < a; ++i) {
    const double* const row = g_matrix + 3 * i;
    for (std::size_t j = 0; j < 3; ++j) {
      half[i][j] = row[0] * g[j] + row[1] * g[3 + j] + row[2] * g[6 + j];
    }
  }
  for (std::size_t i = 0; i < a; ++i) {
    for (std::size_t j = 0; j < a; ++j) {
      const double* const row = g_matrix + 3 * j;
      u[i][j] = half[i][0] * row[0] + half[i][1] * row[1] + half[i][2] * row[2];
    }
  }
}

}  // namespace

WinogradWeights::WinogradWeights(std::int64_t ic, std::int64_t oc, std::int64_t m)
    : ic_(ic),
      oc_(oc),
      m_(m),
      lanes_(static_cast<std::int64_t>(cpu::block())),
      segments_(channel_segments(
          oc, 1, lanes_, static_cast<std::int64_t>(kernels::select_conv2d_direct().max_blocks))),
      stride_(static_cast<std::size_t>(ic * round_up(oc, lanes_))) {}

Packing WinogradWeights::packing(std::size_t input) const {
  Packing packing;
  packing.input = input;
  packing.format = join("conv2d_winograd: m ", m_, ", lanes ", lanes_, ", blocks ",
                        segments_.empty() ? 0 : segments_.front().blocks);
  const auto a = static_cast<std::size_t>(m_ + 2);
  packing.size_bytes = a * a * stride_ * sizeof(float);
  packing.pack = [](const Packing& self, const void* src, void* dst, cpu::Parallel parallel) {
    static_cast<const WinogradWeights*>(self.parameters.get())
        ->pack(static_cast<const float*>(src), static_cast<float*>(dst), parallel);
  };
  packing.parameters = std::make_shared<WinogradWeights>(*this);
  return packing;
}

void WinogradWeights::pack(const float* src, float* dst, cpu::Parallel parallel) const {
  const Split split(static_cast<std::int64_t>(segments_.size()),
                    300.0 * static_cast<double>(ic_ * lanes_));
  split.run(parallel, [&](std::int64_t begin, std::int64_t end) {
    for (auto s = static_cast<std::size_t>(begin); s < static_cast<std::size_t>(end); ++s) {
      pack_segment(segments_[s], src, dst + place(0, segments_[s]));
    }
  });
}

void WinogradWeights::pack_segment(const ChannelSegment& segment, const float* src,
                                   float* dst) const {
  const double* const g_matrix = kernels::winograd_weights(static_cast<std::size_t>(m_));
  const auto a = static_cast<std::size_t>(m_ + 2);
  const std::int64_t width = segment.blocks * lanes_;
  const std::int64_t real = std::min(width, oc_ - segment.channel);
  for (std::int64_t c = 0; c < ic_; ++c) {
    for (std::int64_t o = 0; o < width; ++o) {
      double u[kLargest][kLargest] = {};
      if (o < real) transform(g_matrix, a, src + ((segment.channel + o) * ic_ + c) * 9, u);
      float* to = dst + c * width + o;
      for (std::size_t i = 0; i < a; ++i) {
        for (std::size_t j = 0; j < a; ++j) {
          *to = static_cast<float>(u[i][j]);
          to += stride_;
        }
      }
    }
  }
}

}  // namespace fastcnn::ops
