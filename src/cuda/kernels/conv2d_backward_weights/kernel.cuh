#pragma once

#include "cuda/base/pixel_origin.cuh"
#include "cuda/base/pixel_walk.cuh"
#include "cuda/base/portable.cuh"
#include "cuda/kernels/conv2d_backward_weights/conv2d_backward_weights.h"

namespace fastcnn::cuda {

constexpr int kWeightThreads = 256;
constexpr int kWeightTile = kWeightTileRows;  // rows and columns of a block
constexpr int kWeightPixels = 16;             // of a step

// What one thread carries from global to shared memory: of one pixel a step, four rows of the image
// and four columns of the gradient.
template <bool kVector>
struct WeightLoader {
  static constexpr int kTaps = kVector ? 1 : 4;

  PixelWalk walk;
  int pixel, end;
  int row, column;  // the first of four, in the group
  int4 taps[kTaps];
  const float* src;
  const float* grad;
  float4 image_value;
  float4 grad_value;

  __device__ __forceinline__ WeightLoader(const Conv2dBackwardWeights& conv, int group, int first,
                                          int last)
      : walk(first + threadIdx.x / 16, kWeightPixels, conv.oh, conv.ow),
        pixel(first + threadIdx.x / 16),
        end(last),
        row(blockIdx.x * kWeightTile + threadIdx.x % 16 * 4),
        column(blockIdx.y * kWeightTile + threadIdx.x % 16 * 4),
        src(conv.src + group * conv.group_channels),
        grad(conv.grad + group * conv.group_oc + column) {
#pragma unroll
    for (int r = 0; r < kTaps; ++r) {
      taps[r] = row + r < conv.rows
                    ? reinterpret_cast<const int4*>(conv.taps)[kVector ? row / 4 : row + r]
                    : make_int4(kNoTap, kNoTap, 0, 0);
    }
  }

  __device__ __forceinline__ void load(const Conv2dBackwardWeights& conv) {
    image_value = grad_value = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    if (pixel >= end) return;
    const int y = walk.i * conv.stride_h;
    const int x = walk.j * conv.stride_w;
    const float* image =
        src + ((static_cast<std::int64_t>(walk.n) * conv.h + y) * conv.w + x) * conv.channels;
    if constexpr (kVector) {
      if (hits(conv, y, x, taps[0])) {
        image_value = *reinterpret_cast<const float4*>(image + taps[0].z);
      }
    } else {
      image_value = make_float4(at(conv, image, y, x, taps[0]), at(conv, image, y, x, taps[1]),
                                at(conv, image, y, x, taps[2]), at(conv, image, y, x, taps[3]));
    }
    const float* from = grad + static_cast<std::int64_t>(pixel) * conv.oc;
    if ((conv.oc | conv.group_oc) % 4 == 0) {
      if (column < conv.group_oc) grad_value = *reinterpret_cast<const float4*>(from);
    } else {
      const int count = conv.group_oc - column;
      grad_value = make_float4(count > 0 ? from[0] : 0.0f, count > 1 ? from[1] : 0.0f,
                               count > 2 ? from[2] : 0.0f, count > 3 ? from[3] : 0.0f);
    }
  }

  __device__ __forceinline__ void advance(const Conv2dBackwardWeights& conv) {
    pixel += kWeightPixels;
    walk.advance(conv.oh, conv.ow);
  }

  static __device__ __forceinline__ float at(const Conv2dBackwardWeights& conv, const float* image,
                                             int y, int x, const int4& tap) {
    return hits(conv, y, x, tap) ? image[tap.z] : 0.0f;
  }
};

// One block computes kWeightTile rows x kWeightTile columns of one group over one part of the
// pixels, each thread 4 x 4 of them.
// Block kWeightThreads.
// Grid  (rows / kWeightTile, group_oc / kWeightTile, groups splits), rounded up.
template <bool kVector>
__global__ void __launch_bounds__(kWeightThreads, kVector ? 4 : 3)  // that many have registers
    conv2d_backward_weights_kernel(Conv2dBackwardWeights conv) {
  FASTCNN_SHARED(float, image_tile, [2][kWeightPixels][kWeightTile]);
  FASTCNN_SHARED(float, grad_tile, [2][kWeightPixels][kWeightTile]);
  const int group = blockIdx.z / conv.splits;
  const int split = blockIdx.z % conv.splits;
  const int first = split * conv.split_pixels;
  const int last = min(first + conv.split_pixels, conv.pixels);
  const int row = threadIdx.x / 16 * 4;
  const int column = threadIdx.x % 16 * 4;

  WeightLoader<kVector> loader(conv, group, first, last);
  loader.load(conv);
  float acc[4][4] = {};
  for (int pixel = first, stage = 0; pixel < last; pixel += kWeightPixels) {
    *reinterpret_cast<float4*>(&image_tile[stage][threadIdx.x / 16][column]) = loader.image_value;
    *reinterpret_cast<float4*>(&grad_tile[stage][threadIdx.x / 16][column]) = loader.grad_value;
    // One barrier a step: a warp that runs ahead writes the other stage.
    __syncthreads();
    loader.advance(conv);
    loader.load(conv);
#pragma unroll
    for (int k = 0; k < kWeightPixels; ++k) {
      const float4 s = *reinterpret_cast<const float4*>(&image_tile[stage][k][row]);
      const float4 g = *reinterpret_cast<const float4*>(&grad_tile[stage][k][column]);
      const float rows[4] = {s.x, s.y, s.z, s.w};
#pragma unroll
      for (int m = 0; m < 4; ++m) {
        acc[m][0] = fmaf(rows[m], g.x, acc[m][0]);
        acc[m][1] = fmaf(rows[m], g.y, acc[m][1]);
        acc[m][2] = fmaf(rows[m], g.z, acc[m][2]);
        acc[m][3] = fmaf(rows[m], g.w, acc[m][3]);
      }
    }
    stage ^= 1;
  }

  const int o = blockIdx.y * kWeightTile + column;
  const int first_row = blockIdx.x * kWeightTile + row;
  const std::int64_t matrix = static_cast<std::int64_t>(split) * conv.groups + group;
  float* to = conv.partial + (matrix * conv.rows + first_row) * conv.group_oc + o;
#pragma unroll
  for (int m = 0; m < 4; ++m) {
    if (first_row + m >= conv.rows) break;
    if (conv.group_oc % 4 == 0) {
      if (o < conv.group_oc) {
        *reinterpret_cast<float4*>(to) = make_float4(acc[m][0], acc[m][1], acc[m][2], acc[m][3]);
      }
    } else {
#pragma unroll
      for (int n = 0; n < 4; ++n) {
        if (o + n < conv.group_oc) to[n] = acc[m][n];
      }
    }
    to += conv.group_oc;
  }
}

constexpr int kSumTile = 32;  // outputs, and weights of each

// One block adds kSumTile x kSumTile weights in the order of the parts, each read with its
// neighbours among outputs. Where those of one output are neighbours in dst, they change places in
// shared memory.
// Block kWeightThreads.
// Grid  (outputs / kSumTile rounded up) (taps channels / kSumTile rounded up) groups.
__global__ void __launch_bounds__(kWeightThreads) sum_weight_parts_kernel(SumWeightParts parts) {
  FASTCNN_SHARED(float, tile, [kSumTile][kSumTile + 1]);
  constexpr int kWarps = kWeightThreads / 32;
  const int lane = threadIdx.x % 32;
  const int warp = threadIdx.x / 32;
  const int of_output = parts.taps * parts.channels;
  const int across = (parts.outputs + kSumTile - 1) / kSumTile;
  const int down = (of_output + kSumTile - 1) / kSumTile;
  const int block = static_cast<int>(blockIdx.x);
  const int output = block % across * kSumTile;
  const int weight = block / across % down * kSumTile;
  const int group = block / across / down;
  const std::int64_t matrix =
      static_cast<std::int64_t>(parts.taps) * parts.pitch * parts.output_pitch;
  const std::int64_t part = matrix * parts.groups;
  const float* const from = parts.partial + matrix * group;
  float* const to = parts.dst + static_cast<std::int64_t>(group) * parts.group_stride;
  const bool turned = parts.dst_stride != 1;
#pragma unroll 1
  for (int i = warp; i < kSumTile; i += kWarps) {
    const int channel = (weight + i) / parts.taps;
    const int tap = (weight + i) % parts.taps;
    const int o = output + lane;
    float sum = 0.0f;
    if (channel < parts.channels && o < parts.outputs) {
      const std::int64_t row = static_cast<std::int64_t>(tap) * parts.pitch + channel;
      const float* at = from + row * parts.output_pitch + o;
      // More at a time would take registers from other blocks.
#pragma unroll 2
      for (int split = 0; split < parts.splits; ++split, at += part) sum += *at;
      if (!turned) to[o + static_cast<std::int64_t>(channel) * parts.src_stride + tap] = sum;
    }
    if (turned) tile[i][lane] = sum;
  }
  if (!turned) return;
  __syncthreads();
  const int channel = (weight + lane) / parts.taps;
  const int tap = (weight + lane) % parts.taps;
  if (channel >= parts.channels) return;
#pragma unroll
  for (int i = warp; i < kSumTile; i += kWarps) {
    const int o = output + i;
    if (o >= parts.outputs) break;
    to[static_cast<std::int64_t>(o) * parts.dst_stride +
       static_cast<std::int64_t>(channel) * parts.src_stride + tap] = tile[lane][i];
  }
}

}  // namespace fastcnn::cuda
