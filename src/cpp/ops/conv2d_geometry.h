#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ops/conv2d_shape.h"

namespace fastcnn::ops {

// A kernel index along one axis and where it reads: see ConvAxis.
struct AxisTap {
  std::int64_t index;
  std::int64_t shift;
};

// The outputs first, first + step, ... of one axis, which all use the same taps.
struct AxisPhase {
  std::int64_t first;
  std::vector<AxisTap> taps;
};

// One axis of a convolution, seen from the tensor that it writes:
//
//   output first + i * step  reads  sources  i * src_step + shift  of every tap,
//
// which may lie outside [0, src_extent): there the source is zero. A convolution has one phase and
// reads every src_step-th place. Its backward-data writes every step-th place: as many phases as
// the stride has places, each with the taps that fall on it.
struct ConvAxis {
  std::int64_t extent;
  std::int64_t step;
  std::int64_t src_extent;
  std::int64_t src_step;
  std::int64_t kernel;
  std::vector<AxisPhase> phases;

  // How many outputs of a phase there are among the first `outputs`.
  std::int64_t count(const AxisPhase& phase, std::int64_t outputs) const {
    return outputs <= phase.first ? 0 : (outputs - phase.first - 1) / step + 1;
  }
};

struct ConvAxes {
  ConvAxis rows;
  ConvAxis columns;
};

// A convolution or its backward-data seen from the tensor that it writes: both are sums of taps.
// The weight of written channel d and source channel c, both counted in their group, at place t of
// the kernel is w[group * group_stride + d * dst_stride + c * src_stride + t].
struct ConvView {
  const char* name;
  std::int64_t images;
  std::int64_t src_channels;
  std::int64_t dst_channels;
  std::int64_t groups;
  ConvAxes axes;
  std::int64_t group_stride;
  std::int64_t dst_stride;
  std::int64_t src_stride;
  double flops;
};

ConvView forward_view(const Conv2dShape& shape);
ConvView backward_data_view(const Conv2dShape& shape);

// How pixels lie in memory: `src_lanes` floats a source pixel (1 in the plain layout, a block in
// the blocked one), `dst_lanes` a written one.
struct PixelLanes {
  std::int64_t src;
  std::int64_t dst;
};

// The tables of one pair of phases, for the first chunk of rows. Every other chunk has the same.
struct ConvPhase {
  struct Tap {
    std::int64_t weight;    // its place in the kernel, rows outermost
    std::ptrdiff_t offset;  // added to a pixel's place
  };
  std::vector<Tap> taps;
  std::vector<std::ptrdiff_t> src_pixels;  // places in a source plane, rows outermost
  std::vector<std::ptrdiff_t> dst_pixels;
  const AxisPhase* row_phase;
  std::int64_t columns;
};

// A convolution of images as tables, cut into chunks of rows that are computed apart, and the part
// of a source plane that a chunk reads. Where a chunk would read outside of the image, that part,
// the window, is copied with zeros around it and the tables speak of the copy.
class ConvGeometry {
 public:
  // `chunk_rows`: the rows of a chunk, about; rounded so that chunks are alike.
  ConvGeometry(ConvAxes axes, PixelLanes lanes, std::int64_t chunk_rows);
  ConvGeometry(const ConvGeometry&) = delete;
  ConvGeometry& operator=(const ConvGeometry&) = delete;

  const std::vector<ConvPhase>& phases() const { return phases_; }
  std::int64_t chunks() const { return chunks_; }
  // Pixels of a phase in a chunk: the first so many of its tables.
  std::size_t pixels(const ConvPhase& phase, std::int64_t chunk) const;

  bool copies() const { return copies_; }
  // Floats from one plane to the next in what the tables speak of.
  std::int64_t plane_stride() const { return copies_ ? window_size() : image_plane(); }
  std::int64_t image_plane() const;
  std::int64_t window_size() const { return window_rows_ * window_columns_ * lanes_.src; }
  // Bytes of the windows of `planes` planes, 0 if nothing is copied; a multiple of a cache line.
  std::size_t windows_bytes(std::int64_t planes) const;
  // Floats from one plane to the next in the tensor that is written.
  std::int64_t dst_plane() const;
  // Where a chunk begins in the tensor that is written.
  std::int64_t dst_chunk(std::int64_t chunk) const;
  // Where a chunk begins in a plane of the image, if nothing is copied.
  std::int64_t src_chunk(std::int64_t chunk) const;
  // Copies what `chunk` reads of one plane.
  void copy_window(const float* plane, float* window, std::int64_t chunk) const;

 private:
  std::int64_t first_src_row(std::int64_t chunk) const;
  void find_window();
  void fill_tables();

  ConvAxes axes_;
  PixelLanes lanes_;
  std::int64_t chunk_rows_;
  std::int64_t chunks_;
  bool copies_;
  std::int64_t row_low_;     // first row of the first chunk's window, in the image
  std::int64_t column_low_;  // first column
  std::int64_t window_rows_;
  std::int64_t window_columns_;
  std::vector<ConvPhase> phases_;
};

}  // namespace fastcnn::ops
