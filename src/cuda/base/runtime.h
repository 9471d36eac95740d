#pragma once

// The CUDA runtime, or the emulator's, and what failing calls throw.

#ifdef FASTCNN_CUDA_EMULATION
#include "emulator/emulator.h"
#else
#include <cuda_runtime.h>
#endif

#include "base/error.h"

namespace fastcnn::cuda {

[[noreturn]] void throw_error(const char* call, const char* message, bool out_of_memory);

inline void check(cudaError_t error, const char* call) {
  if (error == cudaSuccess) return;
  throw_error(call, cudaGetErrorString(error), error == cudaErrorMemoryAllocation);
}

}  // namespace fastcnn::cuda

// Throws unless `call`, a call of the CUDA runtime, gives cudaSuccess:
//   FASTCNN_CUDA_TRY(cudaStreamSynchronize(stream));
#define FASTCNN_CUDA_TRY(call) ::fastcnn::cuda::check((call), #call)
