#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/precision.h"
#include "cuda/base/convolution.h"
#include "cuda/ops/operator.h"
#include "ops/convolution/conv2d_axes.h"

namespace fastcnn::cuda {

// A part of a convolution's result for which the same taps count: all of it, or, of a backward-data
// with strides, the pixels that stand alike between them. One launch computes it.
struct ConvPhase {
  struct PhaseTap {
    std::int32_t dy, dx;  // from the pixel's origin
    std::int32_t place;   // in the kernel
  };

  std::int32_t oh, ow;
  std::int32_t stride_h, stride_w;  // of origins
  Placement placement;
  std::vector<PhaseTap> taps;
};

std::vector<ConvPhase> conv_phases(const ops::ConvView& view);

// The lines of a phase's taps, or nothing where they are more than TapLines holds; and parts of the
// phase that have so few each, which added are the whole.
std::optional<TapLines> lines_of(const ConvPhase& phase);
std::vector<ConvPhase> parts_with_lines(const ConvPhase& phase);

// Where each tap of `phase` reads, and where each row of a matrix of `rows` with a row for each tap
// and each of `channels` does, or each four of them, in images of so many channels; what is past
// the last tap reads nothing.
std::vector<Tap> pixel_taps(const ops::ConvView& view, const ConvPhase& phase);
std::vector<Tap> row_taps(const ops::ConvView& view, const ConvPhase& phase, std::int64_t channels,
                          std::int64_t rows, bool fours, std::int64_t image_channels);

// Why kernels that count in 32 bits cannot run `view`, or nothing.
std::optional<std::string> refuse_extents(const ops::ConvView& view);

// A fully connected layer with weights [k, m] as a convolution of images of one pixel, and its
// gradient by the input.
ops::ConvView dense_view(std::int64_t images, std::int64_t k, std::int64_t m);
ops::ConvView dense_backward_data_view(std::int64_t images, std::int64_t k, std::int64_t m);

// The weights of a view as the matrices that pack_weights() makes.
struct WeightMatrices {
  std::int64_t groups;
  std::int64_t channels;  // of a group, that are read
  std::int64_t pitch;     // rows from one tap to the next
  std::int64_t outputs;   // of a group
  std::int64_t group_stride, dst_stride, src_stride;

  std::int32_t rows(const ConvPhase& phase) const;
  std::int32_t columns() const;
  // Makes those of `phase` from input `input`: float32, or in fragments of another precision, of so
  // many columns and in tiles of so many.
  Packing packing(const ConvPhase& phase, std::size_t input) const;
  Packing fragments(const ConvPhase& phase, std::size_t input, Precision precision,
                    std::int32_t columns, std::int32_t tile_columns) const;
};

WeightMatrices weight_matrices(const ops::ConvView& view);
// The same for images whose channels are padded to fours.
WeightMatrices padded_matrices(const ops::ConvView& view);
// Where each channel is a group that reads one: a single matrix [taps][channels of the result].
WeightMatrices depthwise_matrix(const ops::ConvView& view);

}  // namespace fastcnn::cuda
