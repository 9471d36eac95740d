#include "cuda/base/runtime.h"

namespace fastcnn::cuda {
namespace {

// Whether the CUDA context is lost with this error, and every later call fails with it.
bool is_sticky(cudaError_t error) {
  switch (error) {
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchTimeout:
    case cudaErrorAssert:
    case cudaErrorHardwareStackError:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorLaunchFailure:
      return true;
    default:
      return false;
  }
}

}  // namespace

void throw_error(const char* call, cudaError_t error) {
  cudaGetLastError();
  const std::string name(call, std::string(call).find('('));
  const std::string what = join("cuda: ", name, ": ", cudaGetErrorString(error));
  if (error == cudaErrorMemoryAllocation) {
    throw Error(ErrorKind::kMemory, join(what, "; take a smaller batch or free device memory"));
  }
  if (error == cudaErrorNoKernelImageForDevice) {
    throw Error(ErrorKind::kUnsupported,
                join(what,
                     "; this build has no code for this device: one of compute capability "
                     "8.0 or later is needed, or a build with FASTCNN_CUDA=ON"));
  }
  if (error == cudaErrorInvalidResourceHandle) {
    throw Error(ErrorKind::kValue,
                join(what, "; a stream that exists, of the device of the session, is needed"));
  }
  if (is_sticky(error)) {
    throw DeviceError(join(what,
                           ": a kernel failed, of this call or of one before it, and nothing can "
                           "run on the device in this process any more; start a new process "
                           "(compute-sanitizer finds the kernel)"));
  }
  throw DeviceError(what);
}

}  // namespace fastcnn::cuda
