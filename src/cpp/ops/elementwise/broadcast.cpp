#include "ops/elementwise/broadcast.h"

#include <algorithm>

#include "cpu/isa.h"

namespace fastcnn::ops {
namespace {

// `shape` with 1s in front of it.
Shape aligned(const Shape& shape, std::size_t rank) {
  std::vector<std::int64_t> extents(rank - shape.rank(), 1);
  for (std::size_t a = 0; a < shape.rank(); ++a) extents.push_back(shape[a]);
  return Shape(extents);
}

void check(const OpSpec& spec) {
  const Shape& to = spec.outputs[0].shape;
  for (const TensorDesc& input : spec.inputs) {
    bool fits = input.shape.rank() <= to.rank();
    const Shape from = fits ? aligned(input.shape, to.rank()) : input.shape;
    for (std::size_t a = 0; fits && a < to.rank(); ++a) fits = from[a] == to[a] || from[a] == 1;
    require(fits, ErrorKind::kShape, spec.op, ": ", input.shape, " cannot be broadcast to ", to);
  }
  for (std::size_t a = 0; a < to.rank(); ++a) {
    const bool given = std::any_of(
        spec.inputs.begin(), spec.inputs.end(),
        [&](const TensorDesc& input) { return aligned(input.shape, to.rank())[a] == to[a]; });
    require(given, ErrorKind::kShape, spec.op, ": no input has ", to[a], " at axis ", a,
            " of the output ", to);
  }
}

}  // namespace

Broadcast::Broadcast(const OpSpec& spec)
    : lanes_(static_cast<std::int64_t>(cpu::block())), last_lanes_(lanes_) {
  check(spec);
  for (std::size_t i = 0; i < spec.inputs.size(); ++i) {
    whole_[i] = spec.inputs[i].shape == spec.outputs[0].shape;
  }
  if (!try_blocked(spec)) go_plain(spec);
  for (const Axis& axis : axes_) outer_count_ *= axis.extent;
}

std::vector<InPlace> Broadcast::in_place() const {
  std::vector<InPlace> pairs;
  for (std::size_t i = 0; i < input_layouts_.size(); ++i) {
    if (whole_[i]) pairs.push_back({0, i});
  }
  return pairs;
}

bool Broadcast::try_blocked(const OpSpec& spec) {
  const Shape& to = spec.outputs[0].shape;
  if (to.rank() != 4) return false;
  const std::int64_t pixels = to[2] * to[3];
  const std::int64_t blocks = divide_up(to[1], lanes_);
  bool image_is_blocked = false;
  std::vector<Layout> layouts;
  Axis samples{to[0], {}};
  Axis channels{blocks, {}};

  for (std::size_t i = 0; i < spec.inputs.size(); ++i) {
    const TensorDesc& input = spec.inputs[i];
    const Shape from = aligned(input.shape, 4);
    const bool blocked = input.layout == Layout::kBlocked;
    const bool all_channels = from[1] == to[1];
    const bool all_pixels = from[2] == to[2] && from[3] == to[3];
    if (!all_pixels && from[2] * from[3] != 1) return false;

    std::int64_t sample = 0;
    if (all_channels && all_pixels) {
      if (input.shape.rank() != 4) return false;
      image_is_blocked |= blocked;
      readings_[i] = Reading::kEach;
      layouts.push_back(Layout::kBlocked);
      channels.stride[i] = pixels * lanes_;
      sample = blocks * pixels * lanes_;
    } else if (all_channels) {
      readings_[i] = Reading::kStay;
      layouts.push_back(input.layout);
      channels.stride[i] = lanes_;
      sample = blocked ? blocks * lanes_ : to[1];
    } else if (all_pixels) {
      readings_[i] = Reading::kSpread;
      layouts.push_back(Layout::kPlain);
      sample = pixels;
    } else {
      readings_[i] = Reading::kScalar;
      layouts.push_back(Layout::kPlain);
      sample = 1;
    }
    samples.stride[i] = from[0] == 1 ? 0 : sample;
  }
  if (!image_is_blocked) return false;

  layout_ = Layout::kBlocked;
  input_layouts_ = layouts;
  inner_ = pixels * lanes_;
  blocks_ = blocks;
  last_lanes_ = to[1] - (blocks - 1) * lanes_;
  axes_ = {samples, channels};
  const bool each = std::all_of(spec.inputs.begin(), spec.inputs.end(),
                                [&](const TensorDesc& x) { return x.shape == to; });
  if (each && last_lanes_ == lanes_) {
    axes_.clear();
    inner_ *= to[0] * blocks;
    blocks_ = 1;
  }
  return true;
}

// Axes of one element go, neighbours that the inputs read alike become one, the last is the run.
void Broadcast::go_plain(const OpSpec& spec) {
  layout_ = Layout::kPlain;
  input_layouts_.assign(spec.inputs.size(), Layout::kPlain);
  const Shape& to = spec.outputs[0].shape;
  std::array<Shape, 2> from;
  std::array<std::int64_t, 2> size{1, 1};
  for (std::size_t i = 0; i < spec.inputs.size(); ++i) {
    from[i] = aligned(spec.inputs[i].shape, to.rank());
  }
  std::vector<Axis> axes;  // innermost first
  for (std::size_t a = to.rank(); a-- > 0;) {
    if (to[a] == 1) continue;
    Axis axis{to[a], {}};
    bool joins = !axes.empty();
    for (std::size_t i = 0; i < spec.inputs.size(); ++i) {
      axis.stride[i] = from[i][a] == 1 ? 0 : size[i];
      size[i] *= from[i][a];
      joins = joins && (axis.stride[i] == 0) == (axes.back().stride[i] == 0);
    }
    if (joins) {
      axes.back().extent *= axis.extent;
    } else {
      axes.push_back(axis);
    }
  }
  readings_ = {Reading::kEach, Reading::kEach};
  if (axes.empty()) return;
  for (std::size_t i = 0; i < spec.inputs.size(); ++i) {
    if (axes.front().stride[i] == 0) readings_[i] = Reading::kScalar;
  }
  inner_ = axes.front().extent;
  axes_.assign(axes.rbegin(), axes.rend() - 1);
}

Broadcast::Run Broadcast::run_of(std::int64_t outer, std::int64_t first_step,
                                 std::int64_t last_step) const {
  const std::int64_t first = first_step * kStep;
  Run run{{}, outer * inner_ + first, std::min(inner_, last_step * kStep) - first, lanes_};
  if (outer % blocks_ == blocks_ - 1) run.lanes = last_lanes_;
  for (std::size_t a = axes_.size(); a-- > 0;) {
    const std::int64_t index = outer % axes_[a].extent;
    for (std::size_t i = 0; i < run.input.size(); ++i) {
      run.input[i] += index * axes_[a].stride[i];
    }
    outer /= axes_[a].extent;
  }
  for (std::size_t i = 0; i < run.input.size(); ++i) {
    if (readings_[i] == Reading::kEach) run.input[i] += first;
    if (readings_[i] == Reading::kSpread) run.input[i] += first / lanes_;
  }
  return run;
}

}  // namespace fastcnn::ops
