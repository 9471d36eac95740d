#include "emulator/faults.h"

#include <map>
#include <mutex>
#include <utility>

#include "emulator/stream.h"

namespace emulator {
namespace {

struct Fault {
  int after;
  cudaError_t error;
};

std::map<std::string, Fault> faults;
cudaError_t lost = cudaSuccess;
thread_local cudaError_t last = cudaSuccess;

}  // namespace

cudaError_t failed(cudaError_t error) {
  if (error != cudaSuccess) last = error;
  return error;
}

cudaError_t planted(const char* call) {
  const std::lock_guard<std::recursive_mutex> lock(runtime_lock());
  const auto found = faults.find(call);
  if (found == faults.end() || found->second.after-- > 0) return cudaSuccess;
  const cudaError_t error = found->second.error;
  faults.erase(found);
  return error;
}

bool kernel_may_run() {
  if (lost == cudaSuccess) lost = planted("kernel");
  return lost == cudaSuccess;
}

cudaError_t enter(const char* call, bool illegal_in_capture) {
  const std::lock_guard<std::recursive_mutex> lock(runtime_lock());
  if (lost != cudaSuccess) return failed(lost);
  if (const cudaError_t error = planted(call)) return failed(error);
  if (illegal_in_capture && invalidate_capture_of_this_thread()) {
    return failed(cudaErrorStreamCaptureUnsupported);
  }
  return cudaSuccess;
}

void plant_fault(const std::string& call, int after, cudaError_t error) {
  const std::lock_guard<std::recursive_mutex> lock(runtime_lock());
  faults[call] = {after, error};
}

void heal() {
  const std::lock_guard<std::recursive_mutex> lock(runtime_lock());
  drain_all();
  forget_caught();
  forget_costs();
  faults.clear();
  lost = cudaSuccess;
  last = cudaSuccess;
}

}  // namespace emulator

cudaError_t cudaGetLastError() {
  const std::lock_guard<std::recursive_mutex> lock(emulator::runtime_lock());
  if (emulator::lost != cudaSuccess) return emulator::lost;
  return std::exchange(emulator::last, cudaSuccess);
}

const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "no error";
    case cudaErrorInvalidValue:
      return "invalid argument";
    case cudaErrorMemoryAllocation:
      return "out of memory";
    case cudaErrorInsufficientDriver:
      return "CUDA driver version is insufficient for CUDA runtime version";
    case cudaErrorNoDevice:
      return "no CUDA-capable device is detected";
    case cudaErrorInvalidDevice:
      return "invalid device ordinal";
    case cudaErrorNoKernelImageForDevice:
      return "no kernel image is available for execution on the device";
    case cudaErrorInvalidResourceHandle:
      return "invalid resource handle";
    case cudaErrorNotReady:
      return "device not ready";
    case cudaErrorIllegalAddress:
      return "an illegal memory access was encountered";
    case cudaErrorMisalignedAddress:
      return "misaligned address";
    case cudaErrorLaunchFailure:
      return "unspecified launch failure";
    case cudaErrorStreamCaptureUnsupported:
      return "operation not permitted when stream is capturing";
    case cudaErrorStreamCaptureInvalidated:
      return "operation failed due to a previous error during capture";
    case cudaErrorStreamCaptureIsolation:
      return "dependency created on uncaptured work in another stream";
    case cudaErrorStreamCaptureImplicit:
      return "operation would make the legacy stream depend on a capturing blocking stream";
    default:
      return "unknown error";
  }
}
