// One warp's product of a 16 x 16 and a 16 x 16 matrix by each instruction of base/ptx.cuh, the
// operands brought to shared memory by cp.async.

#include "cuda/base/ptx.cuh"

namespace ptx = fastcnn::cuda::ptx;

struct Product {
  const float* a;  // [16][16]
  const float* b;  // [16][16]
  float* d;        // [16][16], d = a b but for a's last `absent` rows, which are taken as zeros
  std::int32_t absent;
};

// a 16 bytes a time, b 4.
__device__ __forceinline__ void fetch(const Product& product, float (&a)[16][16],
                                      float (&b)[16][16]) {
  const int lane = threadIdx.x;
  for (int i = lane; i < 64; i += 32) {
    ptx::cp_async<16>(&a[i / 4][i % 4 * 4], product.a + 4 * i, i / 4 < 16 - product.absent);
  }
  ptx::cp_async_commit();
  for (int i = lane; i < 256; i += 32) ptx::cp_async<4>(&b[i / 16][i % 16], product.b + i, true);
  ptx::cp_async_commit();
  ptx::cp_async_wait<0>();
  __syncwarp();
}

__device__ __forceinline__ void put(const Product& product, const float (&d)[4], int column) {
  const int g = threadIdx.x / 4;
  const int t = threadIdx.x % 4;
  for (int i = 0; i < 4; ++i) {
    product.d[(g + i / 2 * 8) * 16 + column + 2 * t + i % 2] = d[i];
  }
}

extern "C" __global__ void multiply_tf32(Product product) {
  FASTCNN_SHARED(float, a, [16][16]);
  FASTCNN_SHARED(float, b, [16][16]);
  fetch(product, a, b);
  const int g = threadIdx.x / 4;
  const int t = threadIdx.x % 4;
  for (int column = 0; column < 16; column += 8) {
    float d[4] = {};
    for (int k = 0; k < 16; k += 8) {
      const std::uint32_t of_a[4] = {ptx::to_tf32(a[g][k + t]), ptx::to_tf32(a[g + 8][k + t]),
                                     ptx::to_tf32(a[g][k + t + 4]),
                                     ptx::to_tf32(a[g + 8][k + t + 4])};
      const std::uint32_t of_b[2] = {ptx::to_tf32(b[k + t][column + g]),
                                     ptx::to_tf32(b[k + t + 4][column + g])};
      ptx::mma_m16n8k8_tf32(d, of_a, of_b);
    }
    put(product, d, column);
  }
}

extern "C" __global__ void multiply_bf16(Product product) {
  FASTCNN_SHARED(float, a, [16][16]);
  FASTCNN_SHARED(float, b, [16][16]);
  fetch(product, a, b);
  const int g = threadIdx.x / 4;
  const int k = threadIdx.x % 4 * 2;
  for (int column = 0; column < 16; column += 8) {
    float d[4] = {};
    const int n = column + g;
    const std::uint32_t of_a[4] = {
        ptx::to_bf16x2(a[g][k], a[g][k + 1]), ptx::to_bf16x2(a[g + 8][k], a[g + 8][k + 1]),
        ptx::to_bf16x2(a[g][k + 8], a[g][k + 9]), ptx::to_bf16x2(a[g + 8][k + 8], a[g + 8][k + 9])};
    const std::uint32_t of_b[2] = {ptx::to_bf16x2(b[k][n], b[k + 1][n]),
                                   ptx::to_bf16x2(b[k + 8][n], b[k + 9][n])};
    ptx::mma_m16n8k16_bf16(d, of_a, of_b);
    put(product, d, column);
  }
}

// Rows of 24 halves: eight of them lie in different banks.
extern "C" __global__ void multiply_f16(Product product) {
  FASTCNN_SHARED(float, a, [16][16]);
  FASTCNN_SHARED(float, b, [16][16]);
  FASTCNN_SHARED(std::uint32_t, halves, [2][16][12]);
  fetch(product, a, b);
  const int lane = threadIdx.x;
  for (int i = lane; i < 128; i += 32) {
    const int row = i / 8;
    const int k = i % 8 * 2;
    halves[0][row][i % 8] = ptx::to_f16x2(a[row][k], a[row][k + 1]);
    halves[1][row][i % 8] = ptx::to_f16x2(b[row][k], b[row][k + 1]);
  }
  __syncwarp();
  std::uint32_t of_a[4];
  std::uint32_t of_b[4];
  ptx::ldmatrix_x4(of_a, &halves[0][lane % 16][lane / 16 * 4]);
  ptx::ldmatrix_x4_trans(of_b, &halves[1][lane % 16][lane / 16 * 4]);
  for (int column = 0; column < 16; column += 8) {
    float d[4] = {};
    const std::uint32_t two[2] = {of_b[column / 4], of_b[column / 4 + 1]};
    ptx::mma_m16n8k16_f16(d, of_a, two);
    put(product, d, column);
  }
}

#ifndef __CUDACC__
// Runs kernel `name` in the emulator; whether it ran.
extern "C" bool run(const char* name, const Product* product, std::uint64_t seed) {
  emulator::config().seed = seed;
  void (*const kernel)(Product) = name[9] == 't'   ? &multiply_tf32
                                  : name[9] == 'b' ? &multiply_bf16
                                                   : &multiply_f16;
  try {
    emulator::launch(kernel, 1, 32, 0, *product);
  } catch (...) {
    return false;
  }
  return true;
}

extern "C" std::uint32_t narrow(int kind, float low, float high) {
  if (kind == 0) return ptx::to_tf32(low);
  return kind == 1 ? ptx::to_f16x2(low, high) : ptx::to_bf16x2(low, high);
}
#endif
