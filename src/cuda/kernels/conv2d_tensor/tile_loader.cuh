#pragma once

#include "cuda/base/pixel_origin.cuh"
#include "cuda/base/ptx.cuh"
#include "cuda/kernels/conv2d_tensor/config.cuh"
#include "cuda/kernels/conv2d_tensor/conv2d_tensor.h"

namespace fastcnn::cuda {

// The tiles of one step after another that one thread sees copied from global to shared memory.
// What does not change from step to step is computed once: where the thread's pixels lie, and which
// lines of taps they miss. A step costs a tap for all of them, and for each an addition, a bit test
// and an address.
template <typename Config>
struct TileLoader {
  static constexpr int kAcross = Config::kBlockK / 4;        // copies that make up a pixel
  static constexpr int kApart = Config::kThreads / kAcross;  // pixels of one thread lie so
  static constexpr int kPixels = Config::kBlockM / kApart;
  static constexpr int kWeightCopies = Config::kWeightBytes / 16 / Config::kThreads;

  static_assert(kPixels * kApart == Config::kBlockM, "every pixel is copied once");
  static_assert(kApart % 8 == 0, "all pixels of a thread are swizzled alike");
  static_assert(kWeightCopies * 16 * Config::kThreads == Config::kWeightBytes, "as are weights");

  std::uint32_t origin[kPixels];  // elements before the pixel's
  std::uint32_t missed[kPixels];
  // Of the step that the loader stands at.
  const int4* taps;
  const char* weights;
  // Of the next step that is copied.
  std::uint32_t tap_offset;
  std::uint32_t tap_lines;
  int image_to, weight_to;  // bytes of a tile before what this thread copies

  __device__ __forceinline__ explicit TileLoader(const Conv2dTensor& conv)
      : taps(reinterpret_cast<const int4*>(conv.taps) + threadIdx.x % kAcross),
        image_to(ptx::kept(
            left_offset(threadIdx.x / kAcross, static_cast<int>(threadIdx.x) % kAcross) * 4)),
        weight_to(ptx::kept(threadIdx.x / 32 * (kWeightCopies * 16 * 32) + threadIdx.x % 32 * 16)) {
#pragma unroll
    for (int i = 0; i < kPixels; ++i) {
      const PixelOrigin at(conv, blockIdx.x * Config::kBlockM + threadIdx.x / kAcross + i * kApart);
      origin[i] = static_cast<std::uint32_t>(at.offset) + blockIdx.z * conv.group_channels;
      missed[i] = missed_lines(conv, at);
    }
    load_tap(0);
    const std::int64_t tile =
        static_cast<std::int64_t>(blockIdx.z) * (conv.columns / Config::kBlockN) + blockIdx.y;
    weights = static_cast<const char*>(conv.weights) +
              tile * (conv.rows / Config::kBlockK) * Config::kWeightBytes + weight_to;
  }

  // Begins to copy the tiles of the step that is `ahead` of where the loader stands. Steps are
  // copied one after another.
  __device__ __forceinline__ void copy(const Conv2dTensor& conv, int ahead, float* image_tile,
                                       char* weight_tile) {
    float* const image = ptx::byte_at(image_tile, image_to);
#pragma unroll
    for (int i = 0; i < kPixels; ++i) {
      ptx::cp_async<16>(image + i * kApart * Config::kBlockK, conv.src + (origin[i] + tap_offset),
                        reads(missed[i], tap_lines));
    }
    // A warp's weights lie in a row, near enough for the offset that an instruction holds.
#pragma unroll
    for (int i = 0; i < kWeightCopies; ++i) {
      constexpr int kStride = 16 * 32;
      ptx::cp_async<16>(weight_tile + weight_to + i * kStride,
                        weights + ahead * Config::kWeightBytes + i * kStride, true);
    }
    load_tap(ahead + 1);  // in time for the next step
  }

  __device__ __forceinline__ void advance(int steps) {
    taps += steps * kAcross;
    weights += steps * Config::kWeightBytes;
  }

 private:
  __device__ __forceinline__ void load_tap(int ahead) {
    const int4 tap = taps[ahead * kAcross];
    tap_offset = static_cast<std::uint32_t>(tap.z);
    tap_lines = static_cast<std::uint32_t>(tap.w);
  }
};

}  // namespace fastcnn::cuda
