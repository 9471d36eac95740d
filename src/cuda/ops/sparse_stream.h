#pragma once

#include <cstdint>
#include <vector>

#include "cuda/kernels/conv2d_sparse/conv2d_sparse.h"
#include "cuda/ops/conv2d_phases.h"

namespace fastcnn::cuda {

// Constant weights as seen by a convolution, of which few are not zero.
class SparseView {
 public:
  SparseView(const ops::ConvView& view, const float* weights);

  std::int64_t count() const { return groups() * outputs() * lines(); }
  std::int64_t nonzeros() const { return nonzeros_; }
  // Whether everywhere the weights of four neighbouring channels of the result are zero together.
  bool in_fours() const { return in_fours_; }

  std::int64_t groups() const { return view_.groups; }
  std::int64_t outputs() const { return view_.dst_channels / view_.groups; }
  std::int64_t channels() const { return view_.src_channels / view_.groups; }
  // What one output reads of a pixel: its taps, the channels of a group in each.
  std::int64_t lines() const { return view_.taps * channels(); }
  float at(std::int64_t group, std::int64_t output, std::int64_t line) const {
    const ConvPhase::PhaseTap& tap = phase_.taps[static_cast<std::size_t>(line / channels())];
    return weights_[group * view_.group_stride + output * view_.dst_stride +
                    line % channels() * view_.src_stride + tap.place];
  }
  const ops::ConvView& view() const { return view_; }
  const ConvPhase& phase() const { return phase_; }

 private:
  const ops::ConvView& view_;
  ConvPhase phase_;
  const float* weights_;
  std::int64_t nonzeros_ = 0;
  bool in_fours_ = false;
};

// The share of input 1, a constant with elements, that is not zero.
double nonzero_share(const ops::OpSpec& spec);

// The tables of Conv2dSparse.
struct SparseStream {
  struct Range {
    std::int32_t begin, end;
  };

  std::vector<SparseTile> tiles;
  std::vector<Tap> taps;
  std::vector<std::int32_t> channels_of;
  std::vector<Range> ranges;
  std::vector<std::int32_t> places;
  std::vector<float> weights;  // where entries are pairs, each a place and a weight in turn
};

SparseStream sparse_stream(const SparseView& view, const SparseCut& cut, bool fours);

}  // namespace fastcnn::cuda
