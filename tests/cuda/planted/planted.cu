// Kernels that are right, each with one bug that a test asks for: planted BUG SEED.
//
// A program of its own, so that it can be built under sanitizers. It prints what went wrong and
// exits with 1 for a wrong result, 2 for what the emulator found; sanitizers have exit codes of
// their own.

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "emulator/emulator.h"

#define SHARED(type, name, ...)                   \
  using name##_type = type __VA_ARGS__;           \
  static const char name##_key = 0;               \
  name##_type& name = *static_cast<name##_type*>( \
      ::emulator::shared_array(&name##_key, #name, sizeof(name##_type)))

enum class Bug {
  kNone,
  kNoBarrierBeforeUse,
  kNoBarrierAfterUse,
  kNoAsyncWait,
  kNoTrailingBarrier,
  kDivergentBarrier,
  kNoSyncWarp,
  kBlocksRace,
  kGlobalOutOfBounds,
  kSharedOutOfBounds,
  kMisaligned,
};

struct Arguments {
  const float* src;
  float* dst;
  int size;
  Bug bug;
};

constexpr int kThreads = 128;
constexpr int kTiles = 4;

// dst[i] = sum over tiles of the sum of the tile's neighbours of i: one buffer, two barriers a
// tile.
__global__ void sum_neighbours(Arguments a) {
  SHARED(float, tile, [kThreads + 2]);
  const int t = threadIdx.x;
  float sum = 0.0f;
  for (int i = 0; i < kTiles; ++i) {
    tile[t + 1] = a.src[i * kThreads + t];
    if (t == 0) tile[0] = tile[kThreads + (a.bug == Bug::kSharedOutOfBounds ? 2 : 1)] = 0.0f;
    if (a.bug != Bug::kNoBarrierBeforeUse) __syncthreads();
    sum += tile[t] + tile[t + 2];
    if (a.bug != Bug::kNoBarrierAfterUse) __syncthreads();
  }
  a.dst[t + (a.bug == Bug::kGlobalOutOfBounds ? 1 : 0)] = sum;
}

// The same with two buffers that cp.async fills one tile ahead.
__global__ void sum_neighbours_async(Arguments a) {
  SHARED(float, tile, [2][kThreads]);
  const int t = threadIdx.x;
  const auto load = [&](int i) {
    if (i < kTiles && t < kThreads / 4) {
      emulator::async_copy(&tile[i % 2][4 * t], a.src + i * kThreads + 4 * t, 16, 16);
    }
    emulator::async_commit();
  };
  float sum = 0.0f;
  load(0);
  for (int i = 0; i < kTiles; ++i) {
    load(i + 1);
    if (a.bug != Bug::kNoAsyncWait) emulator::async_wait(1);
    __syncthreads();
    sum += (t > 0 ? tile[i % 2][t - 1] : 0.0f) + (t + 1 < kThreads ? tile[i % 2][t + 1] : 0.0f);
    if (a.bug != Bug::kNoTrailingBarrier) __syncthreads();
  }
  a.dst[t] = sum;
}

// dst[block] = the sum of src, each warp's part passed through shared memory.
__global__ void reduce(Arguments a) {
  SHARED(float, part, [kThreads / 32]);
  SHARED(float, lanes, [kThreads]);
  const int t = threadIdx.x;
  const int lane = t % 32;
  lanes[t] = a.src[t];
  if (a.bug != Bug::kNoSyncWarp) __syncwarp();
  float sum = lanes[t ^ 1];
  for (int apart = 16; apart > 0; apart /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, apart);
  if (lane == 0) part[t / 32] = sum;
  if (a.bug != Bug::kDivergentBarrier || t < 64) __syncthreads();
  if (t != 0) return;
  sum = part[0] + part[1] + part[2] + part[3];
  if (a.bug == Bug::kBlocksRace) {
    a.dst[0] += sum;
  } else {
    atomicAdd(&a.dst[blockIdx.x], sum);
  }
}

// dst = src, four elements at a time.
__global__ void copy_four(Arguments a) {
  const int i = 4 * threadIdx.x + (a.bug == Bug::kMisaligned ? 1 : 0);
  *reinterpret_cast<float4*>(a.dst + i) = *reinterpret_cast<const float4*>(a.src + i);
}

class Device {
 public:
  explicit Device(int size) { cudaMalloc(&memory_, size * sizeof(float)); }
  ~Device() { cudaFree(memory_); }
  float* get() const { return static_cast<float*>(memory_); }

 private:
  void* memory_ = nullptr;
};

bool equal(const float* given, const std::vector<float>& wanted) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (given[i] != wanted[i]) {
      std::printf("element %zu is %g, not %g\n", i, given[i], wanted[i]);
      return false;
    }
  }
  return true;
}

bool check(Bug bug) {
  const Device src(kTiles * kThreads);
  const Device sums(kThreads);
  const Device totals(2);
  const Device copied(kThreads + 4);
  std::vector<float> neighbours(kThreads, 0.0f);
  float total = 0.0f;
  for (int i = 0; i < kTiles * kThreads; ++i) {
    const float value = static_cast<float>(i * 7 % 11);
    src.get()[i] = value;
    const int t = i % kThreads;
    if (t + 1 < kThreads) neighbours[t + 1] += value;
    if (t > 0) neighbours[t - 1] += value;
    if (i < kThreads) total += value;
  }
  const std::vector<float> image(src.get(), src.get() + kThreads);
  totals.get()[0] = totals.get()[1] = 0.0f;

  const auto arguments = [&](const Device& dst) {
    return Arguments{src.get(), dst.get(), kThreads, bug};
  };
  emulator::launch(&sum_neighbours, 1, kThreads, 0, arguments(sums));
  bool right = equal(sums.get(), neighbours);
  emulator::launch(&sum_neighbours_async, 1, kThreads, 0, arguments(sums));
  right = equal(sums.get(), neighbours) && right;
  emulator::launch(&reduce, 2, kThreads, 0, arguments(totals));
  right = equal(totals.get(), {total, total}) && right;
  emulator::launch(&copy_four, 1, kThreads / 4, 0, arguments(copied));
  return equal(copied.get(), image) && right;
}

int main(int count, char** words) {
  if (count != 3) return 3;
  emulator::config().seed = std::strtoull(words[2], nullptr, 10);
  try {
    if (check(static_cast<Bug>(std::atoi(words[1])))) return 0;
    std::puts("wrong result");
    return 1;
  } catch (const std::exception& error) {
    std::puts(error.what());
    return 2;
  }
}
