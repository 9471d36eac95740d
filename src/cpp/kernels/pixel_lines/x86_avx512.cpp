#include <immintrin.h>

#include "kernels/pixel_lines/generic.h"

namespace fastcnn::kernels {
namespace {

struct Tile {
  __m512 rows[kPixelLine];

  FASTCNN_MEMBER void load(std::size_t i, const float* p) { rows[i] = _mm512_loadu_ps(p); }
  FASTCNN_MEMBER void clear(std::size_t i) { rows[i] = _mm512_setzero_ps(); }
  FASTCNN_MEMBER void store(std::size_t i, float* p) const { _mm512_storeu_ps(p, rows[i]); }

  // Pairs of rows, then pairs of pairs within 128 bits, then 128 bits among four rows, twice.
  FASTCNN_MEMBER void transpose() {
    __m512 t[kPixelLine];
#pragma GCC unroll 16
    for (std::size_t i = 0; i < kPixelLine; i += 2) {
      t[i] = _mm512_unpacklo_ps(rows[i], rows[i + 1]);
      t[i + 1] = _mm512_unpackhi_ps(rows[i], rows[i + 1]);
    }
#pragma GCC unroll 16
    for (std::size_t i = 0; i < kPixelLine; i += 4) {
      rows[i] = _mm512_shuffle_ps(t[i], t[i + 2], 0x44);
      rows[i + 1] = _mm512_shuffle_ps(t[i], t[i + 2], 0xEE);
      rows[i + 2] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0x44);
      rows[i + 3] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0xEE);
    }
#pragma GCC unroll 16
    for (std::size_t i = 0; i < 4; ++i) {
      t[i] = _mm512_shuffle_f32x4(rows[i], rows[i + 4], 0x88);
      t[i + 4] = _mm512_shuffle_f32x4(rows[i], rows[i + 4], 0xDD);
      t[i + 8] = _mm512_shuffle_f32x4(rows[i + 8], rows[i + 12], 0x88);
      t[i + 12] = _mm512_shuffle_f32x4(rows[i + 8], rows[i + 12], 0xDD);
    }
#pragma GCC unroll 16
    for (std::size_t i = 0; i < 8; ++i) {
      rows[i] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88);
      rows[i + 8] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0xDD);
    }
  }
};

// Lines of few pieces, as nearly all are: their permutations stay in registers.
template <std::size_t kPieces>
FASTCNN_INLINE void gather(const PixelGather& g) {
  __m512i lanes[kPieces];
  const float* from[kPieces];
#pragma GCC unroll 4
  for (std::size_t p = 0; p < kPieces; ++p) {
    lanes[p] = _mm512_loadu_si512(g.pieces[p].from);
    from[p] = g.src + g.pieces[p].line * kPixelLine;
  }
  for (std::size_t c = 0; c < g.channels * kPixelLine; c += kPixelLine) {
    __m512 line =
        _mm512_maskz_permutexvar_ps(g.pieces[0].lanes, lanes[0], _mm512_loadu_ps(from[0] + c));
#pragma GCC unroll 4
    for (std::size_t p = 1; p < kPieces; ++p) {
      line = _mm512_mask_permutexvar_ps(line, g.pieces[p].lanes, lanes[p],
                                        _mm512_loadu_ps(from[p] + c));
    }
    _mm512_storeu_ps(g.dst + c, line);
  }
}

FASTCNN_INLINE void gather_any(const PixelGather& g) {
  for (std::size_t c = 0; c < g.channels; ++c) {
    __m512 line = _mm512_setzero_ps();
    for (const PixelPiece* piece = g.pieces; piece != g.pieces + g.num_pieces; ++piece) {
      const __m512 from = _mm512_loadu_ps(g.src + (piece->line + c) * kPixelLine);
      const __m512i lanes = _mm512_loadu_si512(piece->from);
      line = _mm512_mask_permutexvar_ps(line, piece->lanes, lanes, from);
    }
    _mm512_storeu_ps(g.dst + c * kPixelLine, line);
  }
}

// As many lanes as `lanes` has.
FASTCNN_INLINE __mmask16 first_lanes(std::uint16_t lanes) {
  return static_cast<__mmask16>((1u << __builtin_popcount(lanes)) - 1);
}

}  // namespace

void pixel_lines_from_blocked_f32__avx512(const PixelLine& t) { pixel_lines_from_blocked<Tile>(t); }

void pixel_lines_to_blocked_f32__avx512(const PixelLine& t) { pixel_lines_to_blocked<Tile>(t); }

// Pixels that follow one another are spread over the lanes that are pixels, or drawn together.
void pixel_lines_from_plain_f32__avx512(const PixelLine& t) {
  const __mmask16 first = first_lanes(t.lanes);
  for (std::size_t c = 0; c < t.channels; ++c) {
    const __m512 pixels = _mm512_maskz_loadu_ps(first, t.src + c * t.stride);
    _mm512_storeu_ps(t.dst + c * kPixelLine, _mm512_maskz_expand_ps(t.lanes, pixels));
  }
}

void pixel_lines_to_plain_f32__avx512(const PixelLine& t) {
  const __mmask16 first = first_lanes(t.lanes);
  for (std::size_t c = 0; c < t.channels; ++c) {
    const __m512 line = _mm512_loadu_ps(t.src + c * kPixelLine);
    _mm512_mask_storeu_ps(t.dst + c * t.stride, first, _mm512_maskz_compress_ps(t.lanes, line));
  }
}

void pixel_lines_gather_f32__avx512(const PixelGather& g) {
  switch (g.num_pieces) {
    case 1:
      return gather<1>(g);
    case 2:
      return gather<2>(g);
    case 3:
      return gather<3>(g);
    case 4:
      return gather<4>(g);
    default:
      return gather_any(g);
  }
}

}  // namespace fastcnn::kernels
