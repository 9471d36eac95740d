#include "ops/convolution/conv2d_direct.h"

#include <algorithm>
#include <utility>

#include "ops/convolution/conv2d_cut.h"
#include "ops/split.h"

namespace fastcnn::ops {
namespace {

// Tasks that a thread should find, so that a slow one does not hold up the rest.
constexpr std::int64_t kItemsPerThread = 4;

// Weights of one depth: they leave room in the second cache for what a task reads and for the
// weights to come. Where few pixels use them, they stay in the first cache instead.
constexpr std::int64_t kDepthFloats = 24 * 1024;
constexpr std::int64_t kDepthFloatsOfFew = 8 * 1024;
constexpr std::int64_t kFewPixels = 64;
constexpr std::int64_t kLeastReuse = 6;

ImageLayout image_layout(std::int64_t channels, std::int64_t rows, std::int64_t columns,
                         std::int64_t lanes, std::int64_t plane) {
  return {lanes, round_up(channels, lanes) * rows * columns, plane};
}

// A lone pixel has no sums beside it, so it takes more channels.
std::int64_t blocks_of_segment(const ConvView& view, const kernels::Conv2dDirectKernel& kernel) {
  const bool lone = view.images * view.axes.rows.extent * view.axes.columns.extent == 1;
  return static_cast<std::int64_t>(lone ? kernel.lone_blocks : kernel.max_blocks);
}

// Weights that are used once, by a single tile, are read in one go.
std::size_t depths_of(const ConvView& view, std::int64_t src_lanes, std::int64_t row) {
  const std::int64_t pixels = view.images * view.axes.rows.extent * view.axes.columns.extent;
  if (pixels <= kLeastReuse) return 1;
  const std::int64_t channels = view.src_channels / view.groups;
  const std::int64_t wanted = divide_up(channels * view.taps * row,
                                        pixels <= kFewPixels ? kDepthFloatsOfFew : kDepthFloats);
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(wanted, 1, std::max<std::int64_t>(channels / src_lanes, 1)));
}

}  // namespace

Conv2dDirectPlan::Conv2dDirectPlan(const ConvView& view, Layout src_layout, BandPlanes planes)
    : view_(view),
      src_(image_layout(view.src_channels, view.axes.rows.src_extent, view.axes.columns.src_extent,
                        lanes_of(src_layout), planes.src)),
      dst_(image_layout(view.dst_channels, view.axes.rows.extent, view.axes.columns.extent,
                        lanes_of(Layout::kBlocked), planes.dst)),
      kernel_(kernels::select_conv2d_direct()),
      max_blocks_(blocks_of_segment(view, kernel_)),
      together_(images_of_task(view)),
      depths_(depths_of(view, src_.lanes, max_blocks_ * dst_.lanes)),
      geometry_(cheaper_axes(view, together_), src_, dst_,
                rows_of_chunk(view, src_, static_cast<std::int64_t>(depths_)), together_),
      segments_(channel_segments(view.dst_channels, view.groups, dst_.lanes, max_blocks_,
                                 static_cast<std::int64_t>(kernel_.odd_blocks))) {
  if (geometry_.copies()) together_ = 1;
  for (const ConvPhase& phase : geometry_.phases()) {
    for (std::int64_t group = 0; group < view_.groups; ++group) {
      taps_.push_back(taps_of(phase, group));
    }
  }
  weights_begin_.push_back(0);
  for (const ChannelSegment& segment : segments_) {
    const std::int64_t floats = src_channels() * view_.taps * segment.blocks * dst_.lanes;
    weights_begin_.push_back(weights_begin_.back() + static_cast<std::size_t>(floats));
  }
}

// Whole blocks first, so that a group has at most three lists.
std::vector<ChannelRun> Conv2dDirectPlan::runs_of(std::int64_t group) const {
  std::vector<ChannelRun> runs = channel_runs(group * src_channels(), src_channels(), src_.lanes);
  std::stable_partition(runs.begin(), runs.end(),
                        [&](const ChannelRun& run) { return run.channels == src_.lanes; });
  return runs;
}

Conv2dDirectPlan::GroupTaps Conv2dDirectPlan::taps_of(const ConvPhase& phase,
                                                      std::int64_t group) const {
  GroupTaps of_group;
  const std::vector<ChannelRun> runs = runs_of(group);
  std::int64_t row = 0;
  for (const ChannelRun& run : runs) {
    for (const ConvPhase::Tap& tap : phase.taps) {
      of_group.taps.push_back({run.plane * geometry_.src_plane() + tap.offset + run.lane,
                               row + tap.weight * run.channels});
    }
    row += view_.taps * run.channels;
  }
  const kernels::ConvTap* taps = of_group.taps.data();
  row = 0;
  for (std::size_t d = 0; d < depths_; ++d) {
    Depth& depth = of_group.depths.emplace_back();
    depth.first_row = row;
    for (std::size_t r = runs.size() * d / depths_; r < runs.size() * (d + 1) / depths_; ++r) {
      const auto channels = static_cast<std::size_t>(runs[r].channels);
      if (depth.lists.empty() || depth.lists.back().channels != channels) {
        depth.lists.push_back({taps, 0, channels});
      }
      depth.lists.back().count += phase.taps.size();
      taps += phase.taps.size();
      row += view_.taps * runs[r].channels;
    }
    depth.rows = row - depth.first_row;
  }
  return of_group;
}

std::size_t Conv2dDirectPlan::scratch_bytes(std::size_t threads) const {
  return threads * geometry_.windows_bytes(divide_up(view_.src_channels, src_.lanes));
}

void Conv2dDirectPlan::run(const Operands& operands, void* scratch, cpu::Parallel parallel) const {
  const std::int64_t chunks = geometry_.chunks();
  const std::int64_t places = divide_up(view_.images, together_) * chunks;
  const auto segments = static_cast<std::int64_t>(segments_.size());
  if (places == 0 || segments == 0) return;
  const std::int64_t wanted =
      parallel.threads > 1 ? kItemsPerThread * static_cast<std::int64_t>(parallel.threads) : 1;
  const std::int64_t parts = std::min(segments, divide_up(wanted, places));
  const Split split(places * parts, view_.flops / static_cast<double>(places * parts));
  const std::size_t windows_floats = scratch_bytes(1) / sizeof(float);
  split.run_tasks(parallel, [&](std::size_t task, std::size_t worker) {
    float* const windows = static_cast<float*>(scratch) + worker * windows_floats;
    for (std::int64_t i = split.begin(task); i < split.end(task); ++i) {
      const std::int64_t place = i / parts;
      const std::int64_t part = i % parts;
      run_item(operands, place / chunks, place % chunks,
               static_cast<std::size_t>(segments * part / parts),
               static_cast<std::size_t>(segments * (part + 1) / parts), windows);
    }
  });
}

const float* Conv2dDirectPlan::read_windows(const float* images, std::int64_t chunk,
                                            std::size_t first_segment, std::size_t last_segment,
                                            float* windows) const {
  const std::int64_t first = segments_[first_segment].group * src_channels() / src_.lanes;
  const std::int64_t last =
      divide_up((segments_[last_segment - 1].group + 1) * src_channels(), src_.lanes);
  for (std::int64_t plane = first; plane < last; ++plane) {
    geometry_.copy_window(images + plane * geometry_.src_image_plane(),
                          windows + plane * geometry_.src_plane(), chunk);
  }
  return windows;
}

void Conv2dDirectPlan::run_item(const Operands& operands, std::int64_t item, std::int64_t chunk,
                                std::size_t first_segment, std::size_t last_segment,
                                float* windows) const {
  const std::int64_t first_image = item * together_;
  const std::int64_t images = std::min(together_, view_.images - first_image);
  const float* src = operands.src + first_image * src_.image;
  if (geometry_.copies()) {
    src = read_windows(src, chunk, first_segment, last_segment, windows);
  }
  for (std::size_t depth = 0; depth < depths_; ++depth) {
    for (std::size_t s = first_segment; s < last_segment; ++s) {
      const std::int64_t dst = first_image * dst_.image + geometry_.dst_chunk(chunk) +
                               segments_[s].channel / dst_.lanes * geometry_.dst_plane() +
                               segments_[s].channel % dst_.lanes;
      Weights next{};
      if (s + 1 < last_segment) {
        next = weights_of(s + 1, depth);
      } else if (depth + 1 < depths_) {
        next = weights_of(first_segment, depth + 1);
      }
      run_segment(operands, src, dst, chunk, images, s, depth, next);
    }
  }
}

Conv2dDirectPlan::Weights Conv2dDirectPlan::weights_of(std::size_t s, std::size_t d) const {
  const ChannelSegment& segment = segments_[s];
  const Depth& depth = taps_[static_cast<std::size_t>(segment.group)].depths[d];
  const std::int64_t row = segment.blocks * dst_.lanes;
  return {weights_begin_[s] + static_cast<std::size_t>(depth.first_row * row),
          static_cast<std::size_t>(depth.rows * row)};
}

void Conv2dDirectPlan::run_segment(const Operands& operands, const float* src, std::int64_t dst,
                                   std::int64_t chunk, std::int64_t images, std::size_t s,
                                   std::size_t d, Weights next) const {
  const ChannelSegment& segment = segments_[s];
  const bool last = d + 1 == depths_;
  for (std::size_t p = 0; p < geometry_.phases().size(); ++p) {
    const ConvPhase& phase = geometry_.phases()[p];
    const PixelRange pixels = geometry_.pixels(phase, chunk, images);
    const Depth& depth =
        taps_[p * static_cast<std::size_t>(view_.groups) + static_cast<std::size_t>(segment.group)]
            .depths[d];
    kernels::Conv2dDirect call{};
    call.src = src;
    call.src_pixels = phase.src_pixels.data() + pixels.first;
    call.dst_pixels = phase.dst_pixels.data() + pixels.first;
    call.pixels = pixels.count;
    call.lists = depth.lists.data();
    call.num_lists = depth.lists.size();
    call.weights = operands.weights + weights_begin_[s];
    call.bias = operands.bias == nullptr ? nullptr : operands.bias + segment.channel;
    call.residual = operands.residual == nullptr || !last ? nullptr : operands.residual + dst;
    call.dst = operands.dst + dst;
    call.dst_block_stride = static_cast<std::size_t>(geometry_.dst_plane());
    call.blocks = static_cast<std::size_t>(segment.blocks);
    call.bias_lanes = static_cast<std::size_t>(segment.real_lanes);
    call.store_lanes = static_cast<std::size_t>(segment.store_lanes);
    call.low = last ? operands.clamp.low : Clamp{}.low;
    call.high = last ? operands.clamp.high : Clamp{}.high;
    call.accumulate = d > 0;
    call.next_weights = operands.weights + next.begin;
    call.next_floats = next.floats;
    kernel_.run(call);
  }
}

Packing Conv2dDirectPlan::packing(std::shared_ptr<const Conv2dDirectPlan> plan, std::size_t input) {
  Packing packing;
  packing.input = input;
  packing.format = join("conv2d_direct ", plan->view_.name, ": lanes ", plan->src_.lanes, " to ",
                        plan->dst_.lanes, ", blocks ", plan->max_blocks_, " or ",
                        plan->kernel_.odd_blocks, ", groups ", plan->view_.groups);
  packing.size_bytes = plan->weights_begin_.back() * sizeof(float);
  packing.pack = [](const Packing& self, const void* src, void* dst, cpu::Parallel parallel) {
    static_cast<const Conv2dDirectPlan*>(self.parameters.get())
        ->pack(static_cast<const float*>(src), static_cast<float*>(dst), parallel);
  };
  packing.parameters = std::move(plan);
  return packing;
}

void Conv2dDirectPlan::pack(const float* src, float* dst, cpu::Parallel parallel) const {
  const auto segments = static_cast<std::int64_t>(segments_.size());
  if (segments == 0) return;
  const Split split(segments,
                    static_cast<double>(weights_begin_.back()) / static_cast<double>(segments));
  split.run(parallel, [&](std::int64_t begin, std::int64_t end) {
    for (auto s = static_cast<std::size_t>(begin); s < static_cast<std::size_t>(end); ++s) {
      pack_segment(segments_[s], src, dst + weights_begin_[s]);
    }
  });
}

void Conv2dDirectPlan::pack_segment(const ChannelSegment& segment, const float* src,
                                    float* dst) const {
  const std::int64_t first_src = segment.group * src_channels();
  const std::int64_t first_dst = segment.group * (view_.dst_channels / view_.groups);
  const std::int64_t real = (segment.blocks - 1) * dst_.lanes + segment.real_lanes;
  const std::int64_t all = segment.blocks * dst_.lanes;
  src += segment.group * view_.group_stride + (segment.channel - first_dst) * view_.dst_stride;
  for (const ChannelRun& run : runs_of(segment.group)) {
    for (std::int64_t t = 0; t < view_.taps; ++t) {
      for (std::int64_t c = 0; c < run.channels; ++c) {
        const float* const from = src + (run.channel + c - first_src) * view_.src_stride + t;
        for (std::int64_t d = 0; d < real; ++d) dst[d] = from[d * view_.dst_stride];
        std::fill(dst + real, dst + all, 0.0f);
        dst += all;
      }
    }
  }
}

}  // namespace fastcnn::ops
