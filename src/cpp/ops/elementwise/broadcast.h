#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "ops/operator.h"
#include "ops/split.h"

namespace fastcnn::ops {

// How one operand of a run of elements is read.
enum class Reading : std::uint8_t {
  kEach,    // element i for element i
  kStay,    // one vector of channels for every pixel
  kScalar,  // one element for all
  kSpread,  // one element a pixel, for all its channels
};

// The loops of an elementwise op over one or two inputs that are broadcast to its output: outer
// axes, and a run of elements inside that a kernel takes at once.
//
// Blocked where an input as large as an image is, so that [C, 1, 1], [N, C, 1, 1] and [N, 1, H, W]
// meet an image without a conversion, each read as it lies. Plain, by strides, everywhere else.
class Broadcast {
 public:
  // Throws unless the inputs' shapes, aligned at the last axis, broadcast to that of the output.
  explicit Broadcast(const OpSpec& spec);

  Layout output_layout() const { return layout_; }
  const std::vector<Layout>& input_layouts() const { return input_layouts_; }
  Reading reading(std::size_t input) const { return readings_[input]; }
  std::vector<InPlace> in_place() const;

  // Elements of one run at given offsets; `lanes` of each vector hold a channel.
  struct Run {
    std::array<std::int64_t, 2> input;
    std::int64_t output;
    std::int64_t count;
    std::int64_t lanes;
  };

  // Calls body(const Run&) until every element is done, shared out by `cost` of one element.
  template <typename Body>
  void run(const cpu::Parallel& parallel, double cost, Body&& body) const {
    const std::int64_t steps = divide_up(inner_, kStep);
    const Split split(outer_count_ * steps, cost * static_cast<double>(std::min(inner_, kStep)));
    split.run(parallel, [&](std::int64_t begin, std::int64_t end) {
      while (begin < end) {
        const std::int64_t outer = begin / steps;
        const std::int64_t last = std::min(end, (outer + 1) * steps);
        body(run_of(outer, begin - outer * steps, last - outer * steps));
        begin = last;
      }
    });
  }

 private:
  struct Axis {
    std::int64_t extent;
    std::array<std::int64_t, 2> stride;  // of each input; the output is written in order
  };

  static constexpr std::int64_t kStep = 16;  // elements: runs begin at whole vectors of every ISA

  bool try_blocked(const OpSpec& spec);
  void go_plain(const OpSpec& spec);
  Run run_of(std::int64_t outer, std::int64_t first_step, std::int64_t last_step) const;

  Layout layout_ = Layout::kPlain;
  std::vector<Layout> input_layouts_;
  std::array<Reading, 2> readings_{Reading::kEach, Reading::kEach};
  std::array<bool, 2> whole_{};  // as large as the output
  std::vector<Axis> axes_;       // outermost first
  std::int64_t outer_count_ = 1;
  std::int64_t inner_ = 1;
  std::int64_t blocks_ = 1;      // outer index modulo blocks_ is the block of channels
  std::int64_t lanes_ = 0;       // of a vector
  std::int64_t last_lanes_ = 0;  // of the last block that hold a channel
};

}  // namespace fastcnn::ops
