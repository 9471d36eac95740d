#pragma once

#include <cstdint>
#include <cstring>

#include "emulator/launch.h"
#include "emulator/warp.h"

// Matrix instructions of a warp: which lane holds what is the PTX ISA's, sums are exact but for one
// rounding to float32 at the end. Hardware rounds in other, undisclosed ways.

namespace emulator {

std::uint32_t to_tf32(float x);                 // ties away from zero
std::uint32_t to_f16x2(float low, float high);  // ties to even, as the next
std::uint32_t to_bf16x2(float low, float high);

void mma_m16n8k8_tf32(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]);
void mma_m16n8k16_f16(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]);
void mma_m16n8k16_bf16(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]);

// mma.sp with the sparsity selector 0; fails where the two indices of four do not ascend.
void mma_sp_m16n8k32_f16(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[4],
                         std::uint32_t indices);
void mma_sp_m16n8k32_bf16(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[4],
                          std::uint32_t indices);

// ldmatrix.x4. In the header, so that the race detector sees whose memory it reads.
template <int kMatrices>
void load_matrices(std::uint32_t (&r)[kMatrices], const void* row, bool transposed) {
  const Lanes lanes = warp_exchange(~0u, &row, sizeof row, "ldmatrix");
  const int g = coordinates->lane / 4;
  const int t = coordinates->lane % 4;
  for (int matrix = 0; matrix < kMatrices; ++matrix) {
    std::uint32_t pair = 0;
    for (int e = 0; e < 2; ++e) {
      const int line = transposed ? 2 * t + e : g;
      const auto* from = lanes.get<const std::uint16_t*>(8 * matrix + line);
      if (reinterpret_cast<std::uintptr_t>(from) % 16 != 0) {
        fail("ldmatrix of a row at a misaligned address");
      }
      pair |= std::uint32_t{from[transposed ? g : 2 * t + e]} << 16 * e;
    }
    r[matrix] = pair;
  }
}

}  // namespace emulator
