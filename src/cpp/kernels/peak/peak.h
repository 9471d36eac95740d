#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// As many fused multiply-adds as the ISA can start, from registers alone: the ceiling that every
// other kernel's speed is told against.
//
//   x[j] = x[j] * a + b, `rounds` times, for kPeakChains vectors x[j]
//
// Threads   reentrant.
// Rounding  the numbers settle at the fixed point b / (1 - a); they are returned only so that the
//           compiler keeps the loop.
using PeakFn = float (*)(std::size_t rounds);

// Independent chains: over latency (4 or 5 cycles) times units (2), within 16 registers.
constexpr std::size_t kPeakChains = 12;

struct PeakKernel {
  const char* name;
  cpu::Isa isa;
  PeakFn run;
  std::size_t lanes;
};

// The kernel of the active ISA.
const PeakKernel& select_peak();

#define FASTCNN_KERNEL(isa, function, lanes) float function(std::size_t rounds);
#include "kernels/peak/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
