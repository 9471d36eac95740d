#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "ops/convolution/conv2d_node.h"
#include "ops/convolution/conv2d_shape.h"

namespace fastcnn::ops {

// Floats from one plane to the next of what is read and of what is written: 0 where nothing lies
// between them. A band of rows of a whole tensor has the other rows between its planes.
struct BandPlanes {
  std::int64_t src = 0;
  std::int64_t dst = 0;
};

// A convolution of some rows of one image, run by the calling thread. Immutable.
class ConvBand {
 public:
  virtual ~ConvBand() = default;
  virtual std::size_t scratch_bytes() const = 0;
  // What is read and written begins with the band's first rows.
  virtual void run(const ConvOperands& operands, void* scratch) const = 0;
};

// A band by `Plan`, which runs images on several threads.
template <typename Plan>
class PlannedBand final : public ConvBand {
 public:
  explicit PlannedBand(std::unique_ptr<const Plan> plan) : plan_(std::move(plan)) {}

  std::size_t scratch_bytes() const override { return plan_->scratch_bytes(1); }
  void run(const ConvOperands& operands, void* scratch) const override {
    plan_->run(operands, scratch, {1});
  }

 private:
  std::unique_ptr<const Plan> plan_;
};

// A node of conv2d that can be made for bands of its rows, too: they read the same packed weights.
class Banded {
 public:
  virtual const Conv2dShape& shape() const = 0;
  virtual const Clamp& clamp() const = 0;
  // `band` is the convolution of the band by itself: its rows are all there are, and its padding is
  // what lies outside of the image.
  virtual std::unique_ptr<const ConvBand> make_band(const Conv2dShape& band,
                                                    BandPlanes planes) const = 0;

 protected:
  ~Banded() = default;
};

}  // namespace fastcnn::ops
