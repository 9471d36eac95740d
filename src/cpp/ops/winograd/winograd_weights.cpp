#include "ops/winograd/winograd_weights.h"

#include <algorithm>
#include <memory>

#include "kernels/conv2d_direct/conv2d_direct.h"
#include "ops/split.h"

namespace fastcnn::ops {
namespace {

// Operations of the transform of one kernel.
constexpr double kTransformCost = 300;

constexpr std::int64_t kChannels = 16;  // of a task

}  // namespace

WinogradWeights::WinogradWeights(std::int64_t ic, std::int64_t oc, kernels::WinogradSize size,
                                 bool backward, std::int64_t groups)
    : ic_(ic),
      oc_(oc),
      groups_(groups),
      size_(size),
      backward_(backward),
      lanes_(static_cast<std::int64_t>(cpu::block())),
      segments_(
          channel_segments(oc, groups, lanes_,
                           static_cast<std::int64_t>(kernels::select_conv2d_direct().max_blocks))),
      stride_(static_cast<std::size_t>(ic * round_up(oc, lanes_))) {}

Packing WinogradWeights::packing(std::size_t input) const {
  Packing packing;
  packing.input = input;
  packing.format = join("conv2d_winograd ", backward_ ? "backward_data" : "forward", ": m ",
                        size_.m, ", r ", size_.r, ", lanes ", lanes_, ", blocks ",
                        segments_.empty() ? 0 : segments_.front().blocks, ", groups ", groups_);
  packing.size_bytes = floats() * sizeof(float);
  packing.pack = [](const Packing& self, const void* src, void* dst, cpu::Parallel parallel) {
    static_cast<const WinogradWeights*>(self.parameters.get())
        ->pack(static_cast<const float*>(src), static_cast<float*>(dst), parallel);
  };
  packing.parameters = std::make_shared<WinogradWeights>(*this);
  return packing;
}

void WinogradWeights::pack(const float* src, float* dst, cpu::Parallel parallel) const {
  const std::int64_t parts = divide_up(ic_, kChannels);
  const Split split(static_cast<std::int64_t>(segments_.size()) * parts,
                    kTransformCost * static_cast<double>(kChannels * lanes_));
  split.run(parallel, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const ChannelSegment& segment = segments_[static_cast<std::size_t>(i / parts)];
      const std::int64_t first = i % parts * kChannels;
      pack_channels(segment, first, std::min(first + kChannels, ic_), src, dst + place(0, segment));
    }
  });
}

void WinogradWeights::pack_channels(const ChannelSegment& segment, std::int64_t begin,
                                    std::int64_t end, const float* src, float* dst) const {
  const kernels::WinogradTransforms transforms =
      kernels::select_conv2d_winograd(size_).transforms();
  const std::int64_t width = segment.blocks * lanes_;
  const auto taps = static_cast<std::int64_t>(size_.r * size_.r);
  const std::int64_t output_stride = backward_ ? taps : taps * ic_;
  const std::int64_t channel_stride = backward_ ? taps * oc_ : taps;
  for (std::int64_t b = 0; b < segment.blocks; ++b) {
    const std::int64_t output = segment.channel + b * lanes_;
    transforms.filters(
        {src + output * output_stride + begin * channel_stride,
         static_cast<std::size_t>(output_stride), static_cast<std::size_t>(channel_stride),
         static_cast<std::size_t>(std::min(lanes_, oc_ - output)),
         static_cast<std::size_t>(end - begin), backward_, dst + begin * width + b * lanes_,
         static_cast<std::size_t>(width), stride_});
  }
}

}  // namespace fastcnn::ops
