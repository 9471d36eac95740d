#pragma once

// The CUDA runtime, or the emulator's, and what failing calls throw.

#ifdef FASTCNN_CUDA_EMULATION
#include "emulator/emulator.h"
#else
#include <cuda_runtime.h>
#endif

#include <string>

#include "base/error.h"

namespace fastcnn::cuda {

// The device or its driver failed.
class DeviceError : public Error {
 public:
  explicit DeviceError(const std::string& message) : Error(ErrorKind::kInternal, message) {}
};

// Throws what `error` is called here: kMemory, kUnsupported, DeviceError, with the remedy.
[[noreturn]] void throw_error(const char* call, cudaError_t error);

// An error that is thrown is not found again by the next call of cudaGetLastError().
inline void check(cudaError_t error, const char* call) {
  if (error != cudaSuccess) throw_error(call, error);
}

}  // namespace fastcnn::cuda

// Throws unless `call`, a call of the CUDA runtime, gives cudaSuccess:
//   FASTCNN_CUDA_TRY(cudaStreamSynchronize(stream));
#define FASTCNN_CUDA_TRY(call) ::fastcnn::cuda::check((call), #call)
