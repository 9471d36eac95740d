#pragma once

#include <cstddef>

#include "kernels/batch_norm/batch_norm.h"
#include "ops/normalisation/channel_view.h"

namespace fastcnn::ops {

// One batch normalisation kernel run over a whole tensor, chunk by chunk.
class ChannelPass {
 public:
  ChannelPass(const ChannelView& view, kernels::BatchNormKind kind);

  // Floats of `partial` for a pass with `sums` sums; 0 for one that only writes a tensor.
  static std::size_t partial_count(const ChannelView& view, std::size_t sums) {
    return sums * static_cast<std::size_t>(view.chunks()) * view.lanes();
  }

  // `whole` holds the tensors from their first element, and the parameters one for each lane of
  // each group. Sums go to `partial`, apart for each chunk; total() adds them up.
  void run(const cpu::Parallel& parallel, const kernels::BatchNormRows& whole,
           float* partial = nullptr) const {
    run(parallel, whole, partial, view_.groups(), Order::kForwards);
  }

  // The same over some groups.
  enum class Order { kForwards, kBackwards };
  void run(const cpu::Parallel& parallel, const kernels::BatchNormRows& whole, float* partial,
           const ChannelView::Groups& groups, Order order) const;

  // The same over the first chunk of each group alone.
  void run_first(const cpu::Parallel& parallel, const kernels::BatchNormRows& whole,
                 float* partial) const;
  // What it summed of one channel, over as many values as that is.
  double first_mean(const float* partial, std::int64_t channel) const;

  // Sum number `sum` (0: sum, 1: product) of one channel, chunks in order, in float64.
  double total(const float* partial, std::size_t sum, std::int64_t channel) const;

  const char* kernel() const { return kernel_.name; }

 private:
  void run_chunk(const kernels::BatchNormRows& whole, std::int64_t chunk, float* partial) const;

  ChannelView view_;
  kernels::BatchNormKernel kernel_;
  std::size_t sums_;
};

}  // namespace fastcnn::ops
