// The kernel of convolutions on tensor cores as it is, and with a bug planted in its text: pipeline
// BUG SEED. pipelines.h, which a test writes, has it in namespaces right, late_wait, no_barrier and
// early_copy. Exit codes are those of planted.cu.

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include "cuda/kernels/pack_weights/kernel.cuh"
#include "pipelines.h"

namespace {

using namespace fastcnn::cuda;

constexpr int kPixels = 64;
constexpr int kChannels = 128;  // eight steps
constexpr int kOutputs = 64;

using Config = Conv2dTensorConfig<Tf32, 64, 64>;
using Kernel = void (*)(Conv2dTensor);

template <typename T>
class Device {
 public:
  explicit Device(int size) { cudaMalloc(&memory_, size * sizeof(T)); }
  ~Device() { cudaFree(memory_); }
  T* get() const { return static_cast<T*>(memory_); }

 private:
  void* memory_ = nullptr;
};

// Small integers: every sum is exact.
bool check(Kernel kernel) {
  const Device<float> src(kPixels * kChannels);
  const Device<float> weights(kChannels * kOutputs);
  const Device<float> packed(kChannels * kOutputs);
  const Device<float> dst(kPixels * kOutputs);
  const Device<Tap> taps(kChannels / 4 + 4);
  const Device<std::int32_t> places(1);
  for (int i = 0; i < kPixels * kChannels; ++i) src.get()[i] = static_cast<float>(i * 7 % 11 - 5);
  for (int i = 0; i < kChannels * kOutputs; ++i) {
    weights.get()[i] = static_cast<float>(i * 5 % 13 - 6);
  }
  for (int i = 0; i < kChannels / 4 + 4; ++i)
    taps.get()[i] = {0, 0, 4 * i, 1u << kMostTapRows | 1u};
  places.get()[0] = 0;

  PackWeights pack = {};
  pack.src = weights.get(), pack.places = places.get(), pack.dst = packed.get();
  pack.groups = pack.taps = 1, pack.channels = pack.pitch = pack.rows = kChannels;
  pack.group_columns = pack.columns = pack.tile_columns = kOutputs;
  pack.dst_stride = 1, pack.src_stride = kOutputs;
  emulator::launch(&pack_fragments_kernel<Tf32>, blocks(kChannels * kOutputs / 4, kPackThreads),
                   kPackThreads, 0, pack);

  Conv2dTensor conv = {};
  conv.src = src.get(), conv.taps = taps.get(), conv.dst = dst.get();
  conv.pixels = conv.w = conv.ow = kPixels, conv.h = conv.oh = 1;
  conv.channels = conv.group_channels = kChannels, conv.oc = conv.group_oc = kOutputs;
  conv.stride_h = conv.stride_w = conv.groups = 1;
  conv.low = -HUGE_VALF, conv.high = HUGE_VALF;
  conv.weights = packed.get(), conv.rows = kChannels, conv.columns = kOutputs;
  conv.lines.rows = conv.lines.columns = 1;
  emulator::launch(kernel, 1, Config::kThreads, 0, conv);

  for (int p = 0; p < kPixels; ++p) {
    for (int o = 0; o < kOutputs; ++o) {
      float sum = 0.0f;
      for (int k = 0; k < kChannels; ++k) {
        sum += src.get()[p * kChannels + k] * weights.get()[k * kOutputs + o];
      }
      if (dst.get()[p * kOutputs + o] != sum) return false;
    }
  }
  return true;
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return 3;
  const Kernel kernels[] = {
      &right::conv2d_tensor_kernel<Config>, &late_wait::conv2d_tensor_kernel<Config>,
      &no_barrier::conv2d_tensor_kernel<Config>, &early_copy::conv2d_tensor_kernel<Config>};
  emulator::config().seed = std::strtoull(words[2], nullptr, 10);
  try {
    if (check(kernels[std::atoi(words[1])])) return 0;
    std::puts("wrong result");
    return 1;
  } catch (const std::exception& error) {
    std::puts(error.what());
    return 2;
  }
}
