#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cpu/isa.h"
#include "ops/convolution/conv2d_axes.h"

namespace fastcnn::ops {

// How tensors lie in memory: `lanes` floats a pixel (1 in the plain layout, a block in the blocked
// one), `image` floats from one image to the next, `plane` from one plane to the next: 0 where
// nothing lies between planes.
struct ImageLayout {
  std::int64_t lanes;
  std::int64_t image;
  std::int64_t plane = 0;
};

inline std::int64_t lanes_of(Layout layout) {
  return layout == Layout::kPlain ? 1 : static_cast<std::int64_t>(cpu::block());
}

// The tables of one pair of phases.
struct ConvPhase {
  struct Tap {
    std::int64_t weight;    // its place in the kernel, rows outermost
    std::ptrdiff_t offset;  // added to a pixel's place
  };
  std::vector<Tap> taps;
  std::vector<std::ptrdiff_t> src_pixels;  // places in a source plane: images, rows, columns
  std::vector<std::ptrdiff_t> dst_pixels;
  AxisPhase rows;
  std::int64_t columns;
};

// Pixels [first, first + count) of a phase's tables.
struct PixelRange {
  std::size_t first;
  std::size_t count;
};

// A convolution of images as tables of taps and pixels, cut into chunks of rows that are computed
// apart.
//
// If the axes read outside of the image, the tables speak of a window: a copy of what one chunk
// reads of one plane, with zeros around it. Windows are alike, so the tables of the first chunk
// serve all. Else they speak of `together` images as they lie in memory.
class ConvGeometry {
 public:
  // `chunk_rows`: about the rows of a chunk; chunks are made alike.
  ConvGeometry(ConvAxes axes, ImageLayout src, ImageLayout dst, std::int64_t chunk_rows,
               std::int64_t together);

  const std::vector<ConvPhase>& phases() const { return phases_; }
  std::int64_t chunks() const { return chunks_; }
  PixelRange pixels(const ConvPhase& phase, std::int64_t chunk, std::int64_t images) const;

  // Floats in a plane of the image and of the tensor that is written, in what the tables speak of,
  // and from the latter to the place of a chunk in the tensor that is written.
  std::int64_t src_image_plane() const { return src_.plane; }
  std::int64_t dst_plane() const { return dst_.plane; }
  std::int64_t src_plane() const {
    return copies_ ? window_rows_ * window_row() : src_image_plane();
  }
  std::int64_t dst_chunk(std::int64_t chunk) const {
    return copies_ ? chunk * chunk_rows_ * dst_row() : 0;
  }

  bool copies() const { return copies_; }
  // Bytes of the windows of `planes` planes, 0 if nothing is copied; a multiple of a cache line.
  std::size_t windows_bytes(std::int64_t planes) const;
  // Copies what `chunk` reads of one plane.
  void copy_window(const float* plane, float* window, std::int64_t chunk) const;

 private:
  std::int64_t src_row() const { return axes_.columns.src_extent * src_.lanes; }
  std::int64_t dst_row() const { return axes_.columns.extent * dst_.lanes; }
  std::int64_t window_row() const { return window_columns_ * src_.lanes; }
  void find_window();
  ConvPhase phase_of(const AxisPhase& rows, const AxisPhase& columns, std::int64_t together) const;

  ConvAxes axes_;
  ImageLayout src_;
  ImageLayout dst_;
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
