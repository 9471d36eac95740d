#pragma once

#include "cuda/base/ptx.cuh"

// What a warp multiplies at a time: 16 rows of the left side, float32 in shared memory, with 8
// columns of the right side, packed ahead, over 16 k; in each number type.
//
// A sum over k does not mind in which order k comes, as long as both sides keep to one. So a lane
// takes the k that lie well for it: of the right side four k of one column in a row; of the left
// side what ldmatrix gives (tf32), or four k of rows g and g + 8 in a row, which are then narrowed.
// Where both sides lie with k apart, join() takes any four k of each, and row g of several
// fragments, whose order does not matter either, may be neighbours.
namespace fastcnn::cuda {

constexpr int kFragmentM = 16;
constexpr int kFragmentN = 8;
constexpr int kFragmentK = 16;

// Where the `four`th four k of a row of the left side lie. Any eight lanes that an access takes
// together, of one row or of eight, meet every bank once.
__device__ __forceinline__ int left_offset(int row, int four) {
  return row * kFragmentK + (four ^ (row >> 1 & 3)) * 4;
}

struct Tf32 {
  static constexpr int kSteps = 2;  // instructions that make up kFragmentK
  // Rounding is done in place: what is read together would have to be moved apart.
  static constexpr bool kNeighbours = false;
  using Weights = uint4;  // of one column and one lane
  struct Left {
    std::uint32_t r[kSteps][4];
  };

  // The k of a lane's weights.
  static __device__ __forceinline__ int k_of(int lane, int i) { return lane % 4 + 4 * i; }
  static __device__ __forceinline__ Weights weights(const float (&k)[4]) {
    return {ptx::to_tf32(k[0]), ptx::to_tf32(k[1]), ptx::to_tf32(k[2]), ptx::to_tf32(k[3])};
  }

  // Where the lane reads the left side, twice.
  static __device__ __forceinline__ int offset(int lane, int i) {
    return left_offset(lane % 16, 2 * i + lane / 16);
  }
  static __device__ __forceinline__ Left left(const float* first, const float* second) {
    Left left;
    ptx::ldmatrix_x4(left.r[0], first);
    ptx::ldmatrix_x4(left.r[1], second);
#pragma unroll
    for (auto& step : left.r) {
#pragma unroll
      for (std::uint32_t& r : step) r = ptx::to_tf32(__uint_as_float(r));
    }
    return left;
  }

  // Of four k of rows g and g + 8, to go with weights() of the same.
  static __device__ __forceinline__ Left join(const float (&upper)[4], const float (&lower)[4]) {
    Left left;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      left.r[i / 2][i % 2 * 2] = ptx::to_tf32(upper[i]);
      left.r[i / 2][i % 2 * 2 + 1] = ptx::to_tf32(lower[i]);
    }
    return left;
  }

  static __device__ __forceinline__ void multiply(float (&sum)[4], const Left& left,
                                                  const Weights& weights, int step) {
    const std::uint32_t b[2] = {step == 0 ? weights.x : weights.z,
                                step == 0 ? weights.y : weights.w};
    ptx::mma_m16n8k8_tf32(sum, left.r[step], b);
  }
};

// The instructions of the two types of 16 bits.
struct Float16Instructions {
  static __device__ __forceinline__ std::uint32_t pair(float low, float high) {
    return ptx::to_f16x2(low, high);
  }
  static __device__ __forceinline__ void mma(float (&d)[4], const std::uint32_t (&a)[4],
                                             const std::uint32_t (&b)[2]) {
    ptx::mma_m16n8k16_f16(d, a, b);
  }
  static __device__ __forceinline__ void mma_sparse(float (&d)[4], const std::uint32_t (&a)[4],
                                                    const std::uint32_t (&b)[4],
                                                    std::uint32_t indices) {
    ptx::mma_sp_m16n8k32_f16(d, a, b, indices);
  }
};

struct Bfloat16Instructions {
  static __device__ __forceinline__ std::uint32_t pair(float low, float high) {
    return ptx::to_bf16x2(low, high);
  }
  static __device__ __forceinline__ void mma(float (&d)[4], const std::uint32_t (&a)[4],
                                             const std::uint32_t (&b)[2]) {
    ptx::mma_m16n8k16_bf16(d, a, b);
  }
  static __device__ __forceinline__ void mma_sparse(float (&d)[4], const std::uint32_t (&a)[4],
                                                    const std::uint32_t (&b)[4],
                                                    std::uint32_t indices) {
    ptx::mma_sp_m16n8k32_bf16(d, a, b, indices);
  }
};

template <typename Instructions>
struct Narrow : Instructions {
  static constexpr int kSteps = 1;
  static constexpr bool kNeighbours = true;
  using Instructions::pair;
  using Weights = uint2;
  struct Left {
    std::uint32_t r[4];
  };

  static __device__ __forceinline__ int k_of(int lane, int i) { return lane % 4 * 4 + i; }
  static __device__ __forceinline__ Weights weights(const float (&k)[4]) {
    return {pair(k[0], k[1]), pair(k[2], k[3])};
  }

  static __device__ __forceinline__ int offset(int lane, int i) {
    return left_offset(lane / 4 + 8 * i, lane % 4);
  }
  static __device__ __forceinline__ Left left(const float* first, const float* second) {
    const float4 upper = *reinterpret_cast<const float4*>(first);
    const float4 lower = *reinterpret_cast<const float4*>(second);
    return join({upper.x, upper.y, upper.z, upper.w}, {lower.x, lower.y, lower.z, lower.w});
  }
  static __device__ __forceinline__ Left join(const float (&upper)[4], const float (&lower)[4]) {
    return {{pair(upper[0], upper[1]), pair(lower[0], lower[1]), pair(upper[2], upper[3]),
             pair(lower[2], lower[3])}};
  }
  static __device__ __forceinline__ void multiply(float (&sum)[4], const Left& left,
                                                  const Weights& weights, int) {
    const std::uint32_t b[2] = {weights.x, weights.y};
    Instructions::mma(sum, left.r, b);
  }
};

struct Float16 : Narrow<Float16Instructions> {};
struct Bfloat16 : Narrow<Bfloat16Instructions> {};

}  // namespace fastcnn::cuda
