#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/dropout/dropout.h"

namespace fastcnn::cuda {

constexpr int kDropoutThreads = 256;

// The four words of one counter.
struct Philox {
  std::uint32_t word[4];

  __device__ __forceinline__ Philox(std::uint64_t counter, std::uint32_t step, std::uint64_t seed)
      : word{static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32), step,
             0} {
    std::uint32_t key[2] = {static_cast<std::uint32_t>(seed),
                            static_cast<std::uint32_t>(seed >> 32)};
#pragma unroll
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t a = std::uint64_t{0xD2511F53u} * word[0];
      const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * word[2];
      word[0] = static_cast<std::uint32_t>(b >> 32) ^ word[1] ^ key[0];
      word[2] = static_cast<std::uint32_t>(a >> 32) ^ word[3] ^ key[1];
      word[1] = static_cast<std::uint32_t>(b);
      word[3] = static_cast<std::uint32_t>(a);
      key[0] += 0x9E3779B9u;
      key[1] += 0xBB67AE85u;
    }
  }
};

// One thread decides on the four elements of one draw.
// Block kDropoutThreads.
// Grid  size / (4 kDropoutThreads), rounded up.
__global__ void __launch_bounds__(kDropoutThreads) dropout_kernel(Dropout d) {
  const std::int64_t draw = static_cast<std::int64_t>(blockIdx.x) * kDropoutThreads + threadIdx.x;
  if (4 * draw >= d.size) return;
  const Philox random(static_cast<std::uint64_t>(draw), d.step, d.seed);
  const auto kept = [&](float x, int k) {
    return random.word[k] >= d.threshold ? x * d.scale : 0.0f;
  };
  const std::int64_t i = 4 * draw;
  if (i + 4 <= d.size) {
    const float4 x = *reinterpret_cast<const float4*>(d.src + i);
    *reinterpret_cast<float4*>(d.dst + i) =
        make_float4(kept(x.x, 0), kept(x.y, 1), kept(x.z, 2), kept(x.w, 3));
    return;
  }
#pragma unroll
  for (int k = 0; k < 3; ++k) {
    if (i + k < d.size) d.dst[i + k] = kept(d.src[i + k], k);
  }
}

}  // namespace fastcnn::cuda
