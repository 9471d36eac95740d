#include <algorithm>

#include "ops/checks.h"
#include "ops/movement/pad_places.h"
#include "ops/split.h"
#include "ops/stored_shape.h"

// pad: every axis, all modes. Blocked where the input is and only rows and columns are padded.
namespace fastcnn::ops {
namespace {

class Pad final : public Operator {
 public:
  explicit Pad(const OpSpec& spec)
      : value_(static_cast<float>(spec.attributes.get_float("value", 0))) {
    const Shape& x = spec.inputs[0].shape;
    const Shape& y = spec.outputs[0].shape;
    const std::vector<std::int64_t> pads = spec.attributes.get_ints("pads", 2 * x.rank());
    const bool blocked = spec.inputs[0].layout == Layout::kBlocked && x[0] == y[0] &&
                         x[1] == y[1] && pads[0] == 0 && pads[1] == 0;
    const Layout layout = blocked ? Layout::kBlocked : Layout::kPlain;
    kernel = "memcpy";
    input_layouts = {layout};
    output_layouts = {layout};

    const PadMode mode = pad_mode_of(spec);
    const Shape from = stored_shape(x, layout);
    const Shape to = stored_shape(y, layout);
    lanes_ = extent_product(to, x.rank(), to.rank());
    std::int64_t stride = lanes_;
    for (std::size_t a = x.rank(); a-- > 0;) {
      Axis axis;
      for (std::int64_t i = 0; i < to[a]; ++i) {
        const std::int64_t place = source_place(mode, i - pads[a], from[a]);
        axis.places.push_back(place < 0 ? -1 : place * stride);
      }
      stride *= from[a];
      axes_.insert(axes_.begin(), std::move(axis));
    }
    if (axes_.empty()) axes_.push_back({{0}});
    rows_ = 1;
    for (std::size_t a = 0; a + 1 < axes_.size(); ++a) rows_ *= axes_[a].extent();
    find_inside();
  }

  // One item is a row of the output: all of its last axis.
  void run(const RunArgs& args) const override {
    const std::int64_t row = axes_.back().extent() * lanes_;
    const Split split(rows_, 2.0 * sizeof(float) * static_cast<double>(row));
    split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t offset = offset_of(i);
        float* dst = args.dst(0) + i * row;
        if (offset < 0) {
          std::fill(dst, dst + row, value_);
        } else {
          write_row(args.src(0) + offset, dst);
        }
      }
    });
  }

 private:
  struct Axis {
    std::vector<std::int64_t> places;  // offset in the source for each place, -1: the value
    std::int64_t extent() const { return static_cast<std::int64_t>(places.size()); }
    std::int64_t at(std::int64_t i) const { return places[static_cast<std::size_t>(i)]; }
  };

  // The longest run of the last axis that lies together in the source.
  void find_inside() {
    const Axis& last = axes_.back();
    for (std::int64_t i = 0; i < last.extent();) {
      std::int64_t end = i + 1;
      while (end < last.extent() && last.at(i) >= 0 && last.at(end) == last.at(end - 1) + lanes_) {
        ++end;
      }
      if (last.at(i) >= 0 && end - i > inside_end_ - inside_begin_) {
        inside_begin_ = i;
        inside_end_ = end;
      }
      i = end;
    }
  }

  // Where row `i` begins in the source, -1 where it is all value.
  std::int64_t offset_of(std::int64_t i) const {
    std::int64_t offset = 0;
    for (std::size_t a = axes_.size() - 1; a-- > 0;) {
      const std::int64_t place = axes_[a].at(i % axes_[a].extent());
      if (place < 0) return -1;
      offset += place;
      i /= axes_[a].extent();
    }
    return offset;
  }

  void write_row(const float* src, float* dst) const {
    write_singly(src, dst, 0, inside_begin_);
    if (inside_end_ > inside_begin_) {
      copy_elements(src + axes_.back().at(inside_begin_), dst + inside_begin_ * lanes_,
                    (inside_end_ - inside_begin_) * lanes_);
    }
    write_singly(src, dst, inside_end_, axes_.back().extent());
  }

  void write_singly(const float* src, float* dst, std::int64_t begin, std::int64_t end) const {
    for (std::int64_t j = begin; j < end; ++j) {
      const std::int64_t place = axes_.back().at(j);
      if (place < 0) {
        std::fill(dst + j * lanes_, dst + (j + 1) * lanes_, value_);
      } else {
        copy_elements(src + place, dst + j * lanes_, lanes_);
      }
    }
  }

  float value_;
  std::int64_t lanes_;
  std::int64_t rows_;
  std::vector<Axis> axes_;
  std::int64_t inside_begin_ = 0;
  std::int64_t inside_end_ = 0;
};

}  // namespace

std::optional<std::string> refuse_pad(const OpSpec& spec) {
  if (spec.inputs.size() > 1) return "the pads are not known when the plan is made";
  spec.expect_inputs(1, 1);
  expect_outputs(spec, 1);
  if (const auto other = refuse_types_but_float(spec)) return other;
  expect_pad(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_pad(const OpSpec& spec) { return std::make_unique<Pad>(spec); }

}  // namespace fastcnn::ops
