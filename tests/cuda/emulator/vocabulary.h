#pragma once

// CUDA's words, for g++.

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)

struct uint3 {
  unsigned x, y, z;
};
struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};
struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(8) int2 {
  int x, y;
};
struct alignas(16) int4 {
  int x, y, z, w;
};
struct alignas(8) uint2 {
  unsigned x, y;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline int2 make_int2(int x, int y) { return {x, y}; }
inline int4 make_int4(int x, int y, int z, int w) { return {x, y, z, w}; }

namespace emulator {

// Where the running CUDA thread is.
struct Coordinates {
  uint3 thread{};
  uint3 block{};
  dim3 block_dim;
  dim3 grid_dim;
  int lane = 0;
  int warp = 0;
};

extern thread_local const Coordinates* coordinates;

void barrier(const char* file, int line);
int barrier_reduce(int op, int predicate, const char* file, int line);

}  // namespace emulator

#define threadIdx (::emulator::coordinates->thread)
#define blockIdx (::emulator::coordinates->block)
#define blockDim (::emulator::coordinates->block_dim)
#define gridDim (::emulator::coordinates->grid_dim)
#define warpSize 32
#define __syncthreads() ::emulator::barrier(__FILE__, __LINE__)
#define __syncthreads_count(p) ::emulator::barrier_reduce(0, (p), __FILE__, __LINE__)
#define __syncthreads_and(p) ::emulator::barrier_reduce(1, (p), __FILE__, __LINE__)
#define __syncthreads_or(p) ::emulator::barrier_reduce(2, (p), __FILE__, __LINE__)
