#include "kernels/pixel_lines/generic.h"

namespace fastcnn::kernels {
namespace {

struct Tile {
  float rows[kPixelLine][kPixelLine];

  void load(std::size_t i, const float* p) {
    for (std::size_t j = 0; j < kPixelLine; ++j) rows[i][j] = p[j];
  }
  void clear(std::size_t i) {
    for (std::size_t j = 0; j < kPixelLine; ++j) rows[i][j] = 0.0f;
  }
  void transpose() {
    for (std::size_t i = 0; i < kPixelLine; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const float other = rows[i][j];
        rows[i][j] = rows[j][i];
        rows[j][i] = other;
      }
    }
  }
  void store(std::size_t i, float* p) const {
    for (std::size_t j = 0; j < kPixelLine; ++j) p[j] = rows[i][j];
  }
};

}  // namespace

void pixel_lines_from_blocked_f32__scalar(const PixelLine& t) { pixel_lines_from_blocked<Tile>(t); }

void pixel_lines_to_blocked_f32__scalar(const PixelLine& t) { pixel_lines_to_blocked<Tile>(t); }

void pixel_lines_from_plain_f32__scalar(const PixelLine& t) {
  for (std::size_t c = 0; c < t.channels; ++c) {
    const float* from = t.src + c * t.stride;
    for (std::size_t l = 0; l < kPixelLine; ++l) {
      t.dst[c * kPixelLine + l] = (t.lanes >> l & 1) != 0 ? *from++ : 0.0f;
    }
  }
}

void pixel_lines_to_plain_f32__scalar(const PixelLine& t) {
  for (std::size_t c = 0; c < t.channels; ++c) {
    float* to = t.dst + c * t.stride;
    for (std::size_t l = 0; l < kPixelLine; ++l) {
      if ((t.lanes >> l & 1) != 0) *to++ = t.src[c * kPixelLine + l];
    }
  }
}

void pixel_lines_gather_f32__scalar(const PixelGather& g) {
  for (std::size_t c = 0; c < g.channels; ++c) {
    float* const line = g.dst + c * kPixelLine;
    for (std::size_t l = 0; l < kPixelLine; ++l) line[l] = 0.0f;
    for (const PixelPiece* piece = g.pieces; piece != g.pieces + g.num_pieces; ++piece) {
      const float* const from = g.src + (piece->line + c) * kPixelLine;
      for (std::size_t l = 0; l < kPixelLine; ++l) {
        if ((piece->lanes >> l & 1) != 0) line[l] = from[piece->from[l]];
      }
    }
  }
}

}  // namespace fastcnn::kernels
