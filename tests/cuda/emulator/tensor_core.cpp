#include "emulator/tensor_core.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "emulator/arithmetic.h"
#include "emulator/launch.h"

namespace emulator {
namespace {

// The values that one lane holds: of rows g and g + 8 of A, of column g of B, in one order of k.
template <int kEach>
struct Operands {
  float a[2][kEach];
  float b[kEach];
};

template <int kEach>
void multiply(float (&d)[4], const Operands<kEach>& mine, const char* what) {
  const Lanes lanes = warp_exchange(~0u, &mine, sizeof mine, what);
  const int g = coordinates->lane / 4;
  const int t = coordinates->lane % 4;
  double sums[4] = {d[0], d[1], d[2], d[3]};
  for (int from = 0; from < 4; ++from) {
    const auto rows = lanes.get<Operands<kEach>>(4 * g + from);
    for (int column = 0; column < 2; ++column) {
      const auto columns = lanes.get<Operands<kEach>>(4 * (2 * t + column) + from);
      for (int i = 0; i < kEach; ++i) {
        for (int row = 0; row < 2; ++row) {
          sums[2 * row + column] += double{rows.a[row][i]} * double{columns.b[i]};
        }
      }
    }
  }
  for (int i = 0; i < 4; ++i) d[i] = static_cast<float>(sums[i]);
  count_mma(2 * 16 * 8 * 4 * kEach / 32);
}

template <typename Decode>
void multiply_pairs(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                    Decode decode, const char* what) {
  Operands<4> mine;
  for (int i = 0; i < 4; ++i) {
    const int half = i % 2 * 16;
    for (int row = 0; row < 2; ++row) mine.a[row][i] = decode(a[i / 2 * 2 + row] >> half & 0xffff);
    mine.b[i] = decode(b[i / 2] >> half & 0xffff);
  }
  multiply(d, mine, what);
}

float from_tf32(std::uint32_t bits) { return bit_cast<float>(bits & ~0x1fffu); }
float from_bf16(std::uint32_t bits) { return bit_cast<float>(bits << 16); }

float from_f16(std::uint32_t bits) {
  const int exponent = static_cast<int>(bits >> 10 & 31);
  const auto mantissa = static_cast<float>(bits & 1023);
  float magnitude;
  if (exponent == 31) {
    magnitude = mantissa == 0 ? std::numeric_limits<float>::infinity() : NAN;
  } else if (exponent == 0) {
    magnitude = std::ldexp(mantissa, -24);
  } else {
    magnitude = std::ldexp(1024 + mantissa, exponent - 25);
  }
  return bits >> 15 != 0 ? -magnitude : magnitude;
}

std::uint32_t to_bf16(float x) {
  const auto bits = bit_cast<std::uint32_t>(x);
  if (std::isnan(x)) return 0x7fff;
  return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

std::uint32_t to_f16(float x) {
  const std::uint32_t sign = bit_cast<std::uint32_t>(x) >> 16 & 0x8000;
  const double magnitude = std::fabs(double{x});
  if (std::isnan(x)) return 0x7fff;
  if (magnitude >= 65520) return sign | 0x7c00;
  const int exponent = magnitude == 0 ? -14 : std::max(std::ilogb(magnitude), -14);
  const double steps = std::nearbyint(std::ldexp(magnitude, 10 - exponent));
  // 1024 or more steps carry into the exponent; fewer are those of a subnormal number.
  return sign |
         (static_cast<std::uint32_t>(exponent + 14) * 1024 + static_cast<std::uint32_t>(steps));
}

struct SparseOperands {
  std::uint32_t a[4];
  std::uint32_t b[4];
  std::uint32_t indices;
};

// One column of B [32][8], as four lanes hold it.
template <typename Decode>
void read_column(float (&column)[32], const Lanes& lanes, int n, Decode decode) {
  for (int t = 0; t < 4; ++t) {
    const auto held = lanes.get<SparseOperands>(4 * n + t);
    for (int i = 0; i < 8; ++i) {
      column[2 * t + i % 2 + i / 2 * 8] = decode(held.b[i / 2] >> i % 2 * 16 & 0xffff);
    }
  }
}

template <typename Decode>
void multiply_sparse(float (&d)[4], const SparseOperands& mine, Decode decode, const char* what) {
  const Lanes lanes = warp_exchange(~0u, &mine, sizeof mine, what);
  const int g = coordinates->lane / 4;
  const int t = coordinates->lane % 4;
  float columns[2][32];
  for (int n = 0; n < 2; ++n) read_column(columns[n], lanes, 2 * t + n, decode);
  double sums[4] = {d[0], d[1], d[2], d[3]};
  for (int four = 0; four < 8; ++four) {
    const auto held = lanes.get<SparseOperands>(4 * g + four % 4);
    const auto told = lanes.get<SparseOperands>(4 * g + four / 4).indices;
    for (int row = 0; row < 2; ++row) {
      const std::uint32_t two = told >> (16 * row + four % 4 * 4);
      if ((two & 3) >= (two >> 2 & 3)) fail("mma.sp: the indices of four do not ascend");
      for (int i = 0; i < 2; ++i) {
        const float a = decode(held.a[four / 4 * 2 + row] >> 16 * i & 0xffff);
        const std::uint32_t k = 4u * static_cast<unsigned>(four) + (two >> 2 * i & 3);
        for (int n = 0; n < 2; ++n) sums[2 * row + n] += double{a} * double{columns[n][k]};
      }
    }
  }
  for (int i = 0; i < 4; ++i) d[i] = static_cast<float>(sums[i]);
  count_mma(2 * 16 * 8 * 16 / 32);
}

}  // namespace

std::uint32_t to_tf32(float x) {
  const auto bits = bit_cast<std::uint32_t>(x);
  if (std::isnan(x)) return 0x7fffffff;
  return std::isinf(x) ? bits : (bits + 0x1000) & ~0x1fffu;
}

std::uint32_t to_f16x2(float low, float high) { return to_f16(high) << 16 | to_f16(low); }
std::uint32_t to_bf16x2(float low, float high) { return to_bf16(high) << 16 | to_bf16(low); }

void mma_m16n8k8_tf32(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
  multiply(d,
           Operands<2>{{{from_tf32(a[0]), from_tf32(a[2])}, {from_tf32(a[1]), from_tf32(a[3])}},
                       {from_tf32(b[0]), from_tf32(b[1])}},
           "mma.m16n8k8.tf32");
}

void mma_m16n8k16_f16(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
  multiply_pairs(d, a, b, from_f16, "mma.m16n8k16.f16");
}

void mma_m16n8k16_bf16(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
  multiply_pairs(d, a, b, from_bf16, "mma.m16n8k16.bf16");
}

void mma_sp_m16n8k32_f16(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[4],
                         std::uint32_t indices) {
  const SparseOperands mine{{a[0], a[1], a[2], a[3]}, {b[0], b[1], b[2], b[3]}, indices};
  multiply_sparse(d, mine, from_f16, "mma.sp.m16n8k32.f16");
}

void mma_sp_m16n8k32_bf16(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[4],
                          std::uint32_t indices) {
  const SparseOperands mine{{a[0], a[1], a[2], a[3]}, {b[0], b[1], b[2], b[3]}, indices};
  multiply_sparse(d, mine, from_bf16, "mma.sp.m16n8k32.bf16");
}

}  // namespace emulator
