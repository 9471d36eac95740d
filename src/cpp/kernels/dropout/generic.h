#pragma once

#include <string.h>

#include "kernels/dropout/dropout.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

// Words is a vector of 32-bit words, one for each of Words::lanes counters:
//   broadcast(x)    ascending(x): x, x + 1, ...    a ^ b
//   multiply(a, m, high, low)    the two halves of the 64-bit products a m
//   interleave(r, w)             r[4 l + k] = lane l of w[k]

// The four words of counter, counter + 1, ... `counter` is a multiple of the lanes.
template <typename Words>
FASTCNN_INLINE void philox4x32_10(std::uint64_t counter, std::uint32_t step, std::uint64_t seed,
                                  Words (&w)[4]) {
  constexpr std::uint32_t kMultiplier0 = 0xD2511F53u;
  constexpr std::uint32_t kMultiplier1 = 0xCD9E8D57u;
  constexpr std::uint32_t kWeyl0 = 0x9E3779B9u;
  constexpr std::uint32_t kWeyl1 = 0xBB67AE85u;
  constexpr int kRounds = 10;

  w[0] = Words::ascending(static_cast<std::uint32_t>(counter));
  w[1] = Words::broadcast(static_cast<std::uint32_t>(counter >> 32));
  w[2] = Words::broadcast(step);
  w[3] = Words::broadcast(0);
  auto key0 = static_cast<std::uint32_t>(seed);
  auto key1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < kRounds; ++round) {
    Words high0, low0, high1, low1;
    multiply(w[0], kMultiplier0, high0, low0);
    multiply(w[2], kMultiplier1, high1, low1);
    w[0] = high1 ^ w[1] ^ Words::broadcast(key0);
    w[1] = low1;
    w[2] = high0 ^ w[3] ^ Words::broadcast(key1);
    w[3] = low0;
    key0 += kWeyl0;
    key1 += kWeyl1;
  }
}

// Elements [first, first + count) of the run, all of one draw.
template <typename Words>
FASTCNN_INLINE void dropout_draw(const Dropout& d, std::size_t first, std::size_t count) {
  constexpr std::size_t kDraw = 4 * Words::lanes;
  Words words[4];
  philox4x32_10((d.first + first) / 4, d.step, d.seed, words);
  std::uint32_t random[kDraw];
  interleave(random, words);

  // Masks, not a condition: the compiler would make a branch of it, wrong every other time.
  float x[kDraw] = {};
  std::uint32_t bits[kDraw];
  memcpy(x, d.src + first, count * sizeof(float));
  for (std::size_t j = 0; j < kDraw; ++j) x[j] *= d.scale;
  memcpy(bits, x, sizeof(bits));
  for (std::size_t j = 0; j < kDraw; ++j) bits[j] &= 0u - (random[j] >= d.threshold ? 1u : 0u);
  memcpy(d.dst + first, bits, count * sizeof(float));
}

template <typename Words>
FASTCNN_INLINE void dropout(const Dropout& d) {
  constexpr std::size_t kDraw = 4 * Words::lanes;
  std::size_t i = 0;
  for (; i + kDraw <= d.count; i += kDraw) dropout_draw<Words>(d, i, kDraw);
  if (i < d.count) dropout_draw<Words>(d, i, d.count - i);
}

}  // namespace fastcnn::kernels
