#include "emulator/runtime.h"

#include <cstdlib>
#include <cstring>

#include "emulator/device_memory.h"

namespace {

// Bytes an allocation may have: tests of what happens without memory set it.
std::size_t memory_limit() {
  const char* const text = std::getenv("FASTCNN_EMULATED_MEMORY");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : std::size_t{1} << 32;
}

bool on_device(const void* memory, std::size_t bytes) {
  return bytes == 0 || emulator::owns(memory);
}

}  // namespace

const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "no error";
    case cudaErrorInvalidValue:
      return "invalid argument";
    case cudaErrorMemoryAllocation:
      return "out of memory";
    case cudaErrorNoDevice:
      return "no CUDA-capable device is detected";
  }
  return "unknown error";
}

cudaError_t cudaGetLastError() { return cudaSuccess; }

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return cudaSuccess;
}

cudaError_t cudaGetDevice(int* device) {
  *device = 0;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
  *properties = {};
  std::strcpy(properties->name, "emulated device");
  properties->major = 9;
  properties->totalGlobalMem = memory_limit();
  properties->multiProcessorCount = 1;
  return cudaSuccess;
}

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  *memory = bytes <= memory_limit() ? emulator::allocate(bytes) : nullptr;
  return *memory != nullptr ? cudaSuccess : cudaErrorMemoryAllocation;
}

cudaError_t cudaFree(void* memory) {
  emulator::release(memory);
  return cudaSuccess;
}

cudaError_t cudaMemcpy(void* dst, const void* src, std::size_t bytes, cudaMemcpyKind kind) {
  if (kind != cudaMemcpyDeviceToHost && !on_device(dst, bytes)) return cudaErrorInvalidValue;
  if (kind != cudaMemcpyHostToDevice && !on_device(src, bytes)) return cudaErrorInvalidValue;
  if (bytes != 0) std::memmove(dst, src, bytes);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* dst, const void* src, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t) {
  return cudaMemcpy(dst, src, bytes, kind);
}

cudaError_t cudaMemsetAsync(void* dst, int value, std::size_t bytes, cudaStream_t) {
  if (!on_device(dst, bytes)) return cudaErrorInvalidValue;
  if (bytes != 0) std::memset(dst, value, bytes);
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = nullptr;
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t) { return cudaSuccess; }
cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaSuccess; }
