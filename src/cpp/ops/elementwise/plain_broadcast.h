#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "ops/checks.h"
#include "ops/split.h"

namespace fastcnn::ops {

// The loops of an op over kInputs plain tensors of any type that are broadcast to its output. In a
// run of neighbouring elements each input either steps along (1) or stays (0).
template <std::size_t kInputs>
class PlainBroadcast {
 public:
  struct Run {
    std::array<std::int64_t, kInputs> input;  // where it begins, in elements
    std::array<std::int64_t, kInputs> step;
    std::int64_t output;
    std::int64_t count;
  };

  // Throws unless the inputs' shapes, aligned at the last axis, broadcast to that of the output.
  explicit PlainBroadcast(const OpSpec& spec) {
    const Shape& to = spec.outputs[0].shape;
    std::array<std::int64_t, kInputs> size;
    size.fill(1);
    for (std::size_t k = 1; k <= to.rank(); ++k) {  // from the last axis on
      const std::int64_t extent = to[to.rank() - k];
      Axis axis{extent, {}};
      bool given = extent == 1;
      bool joins = !axes_.empty();
      for (std::size_t i = 0; i < kInputs; ++i) {
        const Shape& shape = spec.inputs[i].shape;
        const std::int64_t own = k <= shape.rank() ? shape[shape.rank() - k] : 1;
        require(shape.rank() <= to.rank() && (own == extent || own == 1), ErrorKind::kShape,
                spec.op, ": ", shape, " cannot be broadcast to ", to);
        given = given || own == extent;
        axis.stride[i] = own == 1 ? 0 : size[i];
        size[i] *= own;
        joins = joins && (axis.stride[i] == 0) == (axes_.back().stride[i] == 0);
      }
      require(given, ErrorKind::kShape, spec.op, ": no input has the extent ", extent,
              " of the output ", to);
      if (extent == 1) continue;
      if (joins) {
        axes_.back().extent *= extent;
      } else {
        axes_.push_back(axis);
      }
    }
    if (axes_.empty()) axes_.push_back({1, {}});
    for (std::size_t a = 1; a < axes_.size(); ++a) outer_ *= axes_[a].extent;
  }

  // Calls body(const Run&) until every element is done.
  template <typename Body>
  void run(const cpu::Parallel& parallel, Body&& body) const {
    const std::int64_t inner = axes_.front().extent;
    const std::int64_t steps = divide_up(inner, kStep);
    const double cost = 4.0 * (kInputs + 1) * static_cast<double>(std::min(inner, kStep));
    Split(outer_ * steps, cost).run(parallel, [&](std::int64_t begin, std::int64_t end) {
      while (begin < end) {
        const std::int64_t outer = begin / steps;
        const std::int64_t last = std::min(end, (outer + 1) * steps);
        const std::int64_t first = (begin - outer * steps) * kStep;
        body(run_of(outer, first, std::min(inner, (last - outer * steps) * kStep) - first));
        begin = last;
      }
    });
  }

 private:
  struct Axis {
    std::int64_t extent;
    std::array<std::int64_t, kInputs> stride;
  };

  static constexpr std::int64_t kStep = 1024;  // elements

  Run run_of(std::int64_t outer, std::int64_t first, std::int64_t count) const {
    Run run{{}, {}, outer * axes_.front().extent + first, count};
    for (std::size_t i = 0; i < kInputs; ++i) {
      run.step[i] = axes_.front().stride[i] == 0 ? 0 : 1;
      run.input[i] = first * run.step[i];
    }
    for (std::size_t a = 1; a < axes_.size(); ++a) {
      for (std::size_t i = 0; i < kInputs; ++i) {
        run.input[i] += outer % axes_[a].extent * axes_[a].stride[i];
      }
      outer /= axes_[a].extent;
    }
    return run;
  }

  std::vector<Axis> axes_;  // innermost first
  std::int64_t outer_ = 1;
};

}  // namespace fastcnn::ops
