#include "ops/conv2d_direct.h"

#include <algorithm>
#include <utility>

#include "ops/split.h"

namespace fastcnn::ops {
namespace {

// A chunk's source and destination rows should stay in the second cache while all output channels
// are computed from them.
constexpr std::int64_t kChunkBytes = 256 * 1024;
// Small batches are cut into so many chunks, but none has fewer pixels than this: the rows at its
// edge are read twice.
constexpr std::int64_t kFewItems = 16;
constexpr std::int64_t kChunkPixels = 96;
// Tasks that a thread should find, so that a slow one does not hold up the rest.
constexpr std::int64_t kItemsPerThread = 4;

std::int64_t chunk_rows_of(const ConvView& view, PixelLanes lanes) {
  const ConvAxis& rows = view.axes.rows;
  const ConvAxis& columns = view.axes.columns;
  const std::int64_t src_row = round_up(view.src_channels, lanes.src) * columns.src_extent;
  const std::int64_t dst_row = round_up(view.dst_channels, lanes.dst) * columns.extent;
  const std::int64_t row_bytes = (src_row * rows.src_step / rows.step + dst_row) * 4;
  const std::int64_t by_cache = kChunkBytes / std::max<std::int64_t>(row_bytes, 1);
  const std::int64_t chunks = divide_up(kFewItems, std::max<std::int64_t>(view.images, 1));
  const std::int64_t by_tasks =
      std::max(divide_up(rows.extent, chunks),
               divide_up(kChunkPixels, std::max<std::int64_t>(columns.extent, 1)));
  return std::max<std::int64_t>(std::min(by_cache, by_tasks), 1);
}

}  // namespace

Conv2dDirectPlan::Conv2dDirectPlan(const ConvView& view, Layout src_layout)
    : view_(view),
      lanes_{src_layout == Layout::kPlain ? 1 : static_cast<std::int64_t>(cpu::block()),
             static_cast<std::int64_t>(cpu::block())},
      kernel_(kernels::select_conv2d_direct()),
      geometry_(view.axes, lanes_, chunk_rows_of(view, lanes_)),
      segments_(channel_segments(view.dst_channels, view.groups, lanes_.dst,
                                 static_cast<std::int64_t>(kernel_.max_blocks))) {
  fill_taps();
}

// Whole blocks first, so that a group has at most three lists.
std::vector<ChannelRun> Conv2dDirectPlan::runs_of(std::int64_t group) const {
  const std::int64_t channels = view_.src_channels / view_.groups;
  std::vector<ChannelRun> runs = channel_runs(group * channels, channels, lanes_.src);
  std::stable_partition(runs.begin(), runs.end(),
                        [&](const ChannelRun& run) { return run.channels == lanes_.src; });
  return runs;
}

void Conv2dDirectPlan::fill_taps() {
  const std::int64_t plane = geometry_.plane_stride();
  const std::int64_t channels = view_.src_channels / view_.groups;
  weights_begin_.push_back(0);
  for (const ConvPhase& phase : geometry_.phases()) {
    for (std::int64_t group = 0; group < view_.groups; ++group) {
      GroupTaps& taps = taps_.emplace_back();
      const std::vector<ChannelRun> runs = runs_of(group);
      for (const ChannelRun& run : runs) {
        for (const ConvPhase::Tap& tap : phase.taps) {
          taps.offsets.push_back(run.plane * plane + tap.offset + run.lane);
        }
      }
      const std::ptrdiff_t* offsets = taps.offsets.data();
      for (const ChannelRun& run : runs) {
        const auto run_channels = static_cast<std::size_t>(run.channels);
        if (taps.lists.empty() || taps.lists.back().channels != run_channels) {
          taps.lists.push_back({offsets, 0, run_channels});
        }
        taps.lists.back().count += phase.taps.size();
        offsets += phase.taps.size();
      }
    }
    for (const ChannelSegment& segment : segments_) {
      const std::int64_t floats =
          static_cast<std::int64_t>(phase.taps.size()) * channels * segment.blocks * lanes_.dst;
      weights_begin_.push_back(weights_begin_.back() + static_cast<std::size_t>(floats));
    }
  }
}

std::size_t Conv2dDirectPlan::scratch_bytes(std::size_t threads) const {
  return threads * geometry_.windows_bytes(divide_up(view_.src_channels, lanes_.src));
}

void Conv2dDirectPlan::run(const Operands& operands, void* scratch, cpu::Parallel parallel) const {
  const std::int64_t places = view_.images * geometry_.chunks();
  const auto segments = static_cast<std::int64_t>(segments_.size());
  if (places == 0 || segments == 0) return;
  const std::int64_t wanted =
      parallel.threads > 1 ? kItemsPerThread * static_cast<std::int64_t>(parallel.threads) : 1;
  const std::int64_t parts = std::min(segments, divide_up(wanted, places));
  const Split split(places * parts, view_.flops / static_cast<double>(places * parts));
  const std::size_t window_floats = scratch_bytes(1) / sizeof(float);
  parallel(split.tasks(), [&](std::size_t task, std::size_t worker) {
    float* const window = static_cast<float*>(scratch) + worker * window_floats;
    for (std::int64_t item = split.begin(task); item < split.end(task); ++item) {
      const std::int64_t place = item / parts;
      const std::int64_t part = item % parts;
      run_item(operands, place / geometry_.chunks(), place % geometry_.chunks(),
               static_cast<std::size_t>(segments * part / parts),
               static_cast<std::size_t>(segments * (part + 1) / parts), window);
    }
  });
}

void Conv2dDirectPlan::run_item(const Operands& operands, std::int64_t image, std::int64_t chunk,
                                std::size_t first_segment, std::size_t last_segment,
                                float* window) const {
  const std::int64_t src_planes = divide_up(view_.src_channels, lanes_.src);
  const std::int64_t dst_planes = divide_up(view_.dst_channels, lanes_.dst);
  const float* src = operands.src + image * src_planes * geometry_.image_plane();
  if (geometry_.copies()) {
    const std::int64_t channels = view_.src_channels / view_.groups;
    const std::int64_t first = segments_[first_segment].group * channels / lanes_.src;
    const std::int64_t last =
        divide_up((segments_[last_segment - 1].group + 1) * channels, lanes_.src);
    for (std::int64_t plane = first; plane < last; ++plane) {
      geometry_.copy_window(src + plane * geometry_.image_plane(),
                            window + plane * geometry_.plane_stride(), chunk);
    }
    src = window;
  } else {
    src += geometry_.src_chunk(chunk);
  }

  const auto groups = static_cast<std::size_t>(view_.groups);
  for (std::size_t s = first_segment; s < last_segment; ++s) {
    const ChannelSegment& segment = segments_[s];
    const std::int64_t dst =
        (image * dst_planes + segment.channel / lanes_.dst) * geometry_.dst_plane() +
        geometry_.dst_chunk(chunk) + segment.channel % lanes_.dst;
    for (std::size_t p = 0; p < geometry_.phases().size(); ++p) {
      const ConvPhase& phase = geometry_.phases()[p];
      const GroupTaps& taps = taps_[p * groups + static_cast<std::size_t>(segment.group)];
      kernel_.run(
          {src, phase.src_pixels.data(), phase.dst_pixels.data(), geometry_.pixels(phase, chunk),
           taps.lists.data(), taps.lists.size(),
           operands.weights + weights_begin_[p * segments_.size() + s],
           operands.bias == nullptr ? nullptr : operands.bias + segment.channel,
           operands.residual == nullptr ? nullptr : operands.residual + dst, operands.dst + dst,
           static_cast<std::size_t>(geometry_.dst_plane()),
           static_cast<std::size_t>(segment.blocks), static_cast<std::size_t>(segment.real_lanes),
           static_cast<std::size_t>(segment.store_lanes), operands.clamp.low, operands.clamp.high});
    }
  }
}

Packing Conv2dDirectPlan::packing(std::shared_ptr<const Conv2dDirectPlan> plan, std::size_t input) {
  Packing packing;
  packing.input = input;
  packing.format =
      join("conv2d_direct ", plan->view_.name, " lanes ", plan->lanes_.src, ',', plan->lanes_.dst,
           " blocks ", plan->kernel_.max_blocks, " groups ", plan->view_.groups, " phases");
  for (const ConvPhase& phase : plan->geometry_.phases()) {
    for (const ConvPhase::Tap& tap : phase.taps) packing.format += join(' ', tap.weight);
    packing.format += ';';
  }
  packing.size_bytes = plan->weights_begin_.back() * sizeof(float);
  packing.pack = [](const Packing& self, const void* src, void* dst, cpu::Parallel parallel) {
    static_cast<const Conv2dDirectPlan*>(self.parameters.get())
        ->pack(static_cast<const float*>(src), static_cast<float*>(dst), parallel);
  };
  packing.parameters = std::move(plan);
  return packing;
}

void Conv2dDirectPlan::pack(const float* src, float* dst, cpu::Parallel parallel) const {
  const std::vector<ConvPhase>& phases = geometry_.phases();
  const std::size_t parts = phases.size() * segments_.size();
  if (parts == 0) return;
  const Split split(static_cast<std::int64_t>(parts),
                    static_cast<double>(weights_begin_.back()) / static_cast<double>(parts));
  split.run(parallel, [&](std::int64_t begin, std::int64_t end) {
    for (auto part = static_cast<std::size_t>(begin); part < static_cast<std::size_t>(end);
         ++part) {
      const ChannelSegment& segment = segments_[part % segments_.size()];
      pack_segment(phases[part / segments_.size()], segment, runs_of(segment.group), src,
                   dst + weights_begin_[part]);
    }
  });
}

void Conv2dDirectPlan::pack_segment(const ConvPhase& phase, const ChannelSegment& segment,
                                    const std::vector<ChannelRun>& runs, const float* src,
                                    float* dst) const {
  const std::int64_t first_src = segment.group * (view_.src_channels / view_.groups);
  const std::int64_t first_dst = segment.group * (view_.dst_channels / view_.groups);
  const std::int64_t real = (segment.blocks - 1) * lanes_.dst + segment.real_lanes;
  const std::int64_t all = segment.blocks * lanes_.dst;
  const float* const of_segment =
      src + segment.group * view_.group_stride + (segment.channel - first_dst) * view_.dst_stride;
  for (const ChannelRun& run : runs) {
    for (const ConvPhase::Tap& tap : phase.taps) {
      for (std::int64_t c = 0; c < run.channels; ++c) {
        const float* from =
            of_segment + (run.channel + c - first_src) * view_.src_stride + tap.weight;
        for (std::int64_t d = 0; d < real; ++d) dst[d] = from[d * view_.dst_stride];
        std::fill(dst + real, dst + all, 0.0f);
        dst += all;
      }
    }
  }
}

}  // namespace fastcnn::ops
