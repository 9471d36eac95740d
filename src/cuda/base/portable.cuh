#pragma once

// The only CUDA header a kernel includes. nvcc compiles it for the device; g++ -x c++ compiles the
// same kernel for the emulator of tests/cuda/emulator.

#include <cstddef>
#include <cstdint>

#include "cuda/base/runtime.h"

#ifdef __CUDACC__

#define FASTCNN_SHARED(type, name, ...) __shared__ __align__(16) type name __VA_ARGS__

#else

// An array of the block, at the address of one static object for each place where it is declared.
#define FASTCNN_SHARED(type, name, ...)           \
  using name##_type = type __VA_ARGS__;           \
  static const char name##_key = 0;               \
  name##_type& name = *static_cast<name##_type*>( \
      ::emulator::shared_array(&name##_key, #name, sizeof(name##_type)))

#endif

namespace fastcnn::cuda {

// Enqueues kernel<<<grid, block, shared_bytes, stream>>>(parameters). Throws what the launch itself
// is refused for; what goes wrong on the device later shows at the next synchronisation.
template <typename Parameters>
void launch(void (*kernel)(Parameters), dim3 grid, dim3 block, cudaStream_t stream,
            const Parameters& parameters) {
#ifdef __CUDACC__
  kernel<<<grid, block, 0, stream>>>(parameters);
  FASTCNN_CUDA_TRY(cudaGetLastError());
#else
  FASTCNN_CUDA_TRY(::emulator::launch_in(stream, kernel, grid, block, 0, parameters));
#endif
}

// Blocks of `block` that cover `count`.
constexpr unsigned blocks(std::int64_t count, std::int64_t block) {
  return static_cast<unsigned>((count + block - 1) / block);
}

// The most blocks a grid has along x.
constexpr std::int64_t kMaxGridX = (std::int64_t{1} << 31) - 1;

}  // namespace fastcnn::cuda
