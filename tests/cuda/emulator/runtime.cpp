#include "emulator/runtime.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "emulator/config.h"
#include "emulator/device_memory.h"
#include "emulator/faults.h"
#include "emulator/stream.h"

namespace {

thread_local int current_device = 0;

// Bytes a device has: tests of what happens without memory set it.
std::size_t memory_limit() {
  const char* const text = std::getenv("FASTCNN_EMULATED_MEMORY");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : std::size_t{1} << 32;
}

bool on_device(const void* memory, std::size_t bytes) {
  return bytes == 0 || emulator::owns(memory);
}

bool may_copy(void* dst, const void* src, std::size_t bytes, cudaMemcpyKind kind) {
  return (kind == cudaMemcpyDeviceToHost || on_device(dst, bytes)) &&
         (kind == cudaMemcpyHostToDevice || on_device(src, bytes));
}

emulator::Work copy(void* dst, const void* src, std::size_t bytes, cudaMemcpyKind kind) {
  const void* const host = kind == cudaMemcpyHostToDevice   ? src
                           : kind == cudaMemcpyDeviceToHost ? dst
                                                            : nullptr;
  const bool pinned = host != nullptr && emulator::is_pinned(host);
  return [=] {
    if (pinned && !emulator::is_pinned(host)) {
      throw std::runtime_error("cudaMemcpyAsync: pinned memory was freed before the copy came");
    }
    if (!may_copy(dst, src, bytes, kind)) {
      throw std::runtime_error("cudaMemcpyAsync: device memory was freed before the copy came");
    }
    std::memmove(dst, src, bytes);
    emulator::count_copy();
  };
}

cudaError_t enqueue_copy(void* dst, const void* src, std::size_t bytes, cudaMemcpyKind kind,
                         cudaStream_t handle) {
  const std::lock_guard<std::recursive_mutex> lock(emulator::runtime_lock());
  if (!may_copy(dst, src, bytes, kind)) return emulator::failed(cudaErrorInvalidValue);
  emulator::Stream* const stream = emulator::find_stream(handle);
  if (stream == nullptr) return emulator::failed(cudaErrorInvalidResourceHandle);
  if (bytes == 0) return cudaSuccess;
  const bool from_pageable = kind == cudaMemcpyHostToDevice && !emulator::is_pinned(src);
  const bool to_pageable = kind == cudaMemcpyDeviceToHost && !emulator::is_pinned(dst);
  if (stream->capture && (from_pageable || to_pageable)) {
    stream->capture->valid = false;  // stricter than CUDA: a replay would use memory of the caller
    return emulator::failed(cudaErrorStreamCaptureUnsupported);
  }
  if (from_pageable) {
    // Read now, landing later.
    const auto* const first = static_cast<const char*>(src);
    return emulator::enqueue(handle, [=, read = std::vector<char>(first, first + bytes)] {
      copy(dst, read.data(), bytes, kind)();
    });
  }
  if (const cudaError_t error = emulator::enqueue(handle, copy(dst, src, bytes, kind))) {
    return error;
  }
  if (!to_pageable) return cudaSuccess;
  emulator::drain(*stream);
  emulator::rethrow();
  return emulator::enter("(afterwards)");
}

}  // namespace

cudaError_t cudaDriverGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 0;
  if (const cudaError_t error = emulator::enter("cudaGetDeviceCount")) return error;
  *count = emulator::config().devices;
  return *count > 0 ? cudaSuccess : emulator::failed(cudaErrorNoDevice);
}

cudaError_t cudaGetDevice(int* device) {
  if (const cudaError_t error = emulator::enter("cudaGetDevice")) return error;
  *device = current_device;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) {
  if (const cudaError_t error = emulator::enter("cudaSetDevice")) return error;
  if (device < 0 || device >= emulator::config().devices) {
    return emulator::failed(cudaErrorInvalidDevice);
  }
  current_device = device;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (const cudaError_t error = emulator::enter("cudaGetDeviceProperties")) return error;
  if (device < 0 || device >= emulator::config().devices) {
    return emulator::failed(cudaErrorInvalidDevice);
  }
  *properties = {};
  std::strcpy(properties->name, "emulated device");
  properties->major = emulator::config().compute_capability;
  properties->totalGlobalMem = memory_limit();
  properties->multiProcessorCount = 1;
  return cudaSuccess;
}

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  if (const cudaError_t error = emulator::enter("cudaMalloc", true)) return error;
  const bool fits = emulator::allocated_bytes() + bytes <= memory_limit();
  void* const found = fits ? emulator::allocate(bytes, current_device) : nullptr;
  if (found == nullptr) return emulator::failed(cudaErrorMemoryAllocation);
  *memory = found;
  return cudaSuccess;
}

// Waits for all work, as the real one may; on a lost device the memory is gone anyway.
cudaError_t cudaFree(void* memory) {
  if (memory == nullptr) return cudaSuccess;
  const cudaError_t error = emulator::enter("cudaFree", true);
  emulator::drain_all();
  emulator::release(memory);
  return error;
}

cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
  if (const cudaError_t error = emulator::enter("cudaMallocHost", true)) return error;
  *memory = emulator::allocate_pinned(bytes);
  return *memory != nullptr ? cudaSuccess : emulator::failed(cudaErrorMemoryAllocation);
}

cudaError_t cudaFreeHost(void* memory) {
  if (memory == nullptr) return cudaSuccess;
  const cudaError_t error = emulator::enter("cudaFreeHost", true);
  emulator::release_pinned(memory);
  return error;
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  if (const cudaError_t error = emulator::enter("cudaMemGetInfo")) return error;
  *total = memory_limit();
  *free = *total - std::min(*total, emulator::allocated_bytes());
  return cudaSuccess;
}

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* memory) {
  if (const cudaError_t error = emulator::enter("cudaPointerGetAttributes")) return error;
  *attributes = {cudaMemoryTypeUnregistered, -1, nullptr, const_cast<void*>(memory)};
  if (emulator::is_pinned(memory)) {
    *attributes = {cudaMemoryTypeHost, 0, const_cast<void*>(memory), const_cast<void*>(memory)};
  } else if (emulator::owns(memory)) {
    *attributes = {cudaMemoryTypeDevice, emulator::device_of(memory), const_cast<void*>(memory),
                   nullptr};
  }
  return cudaSuccess;
}

cudaError_t cudaMemcpy(void* dst, const void* src, std::size_t bytes, cudaMemcpyKind kind) {
  if (const cudaError_t error = emulator::enter("cudaMemcpy", true)) return error;
  return enqueue_copy(dst, src, bytes, kind, nullptr);
}

cudaError_t cudaMemcpyAsync(void* dst, const void* src, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  if (const cudaError_t error = emulator::enter("cudaMemcpyAsync")) return error;
  return enqueue_copy(dst, src, bytes, kind, stream);
}

cudaError_t cudaMemsetAsync(void* dst, int value, std::size_t bytes, cudaStream_t stream) {
  if (const cudaError_t error = emulator::enter("cudaMemsetAsync")) return error;
  if (!on_device(dst, bytes)) return emulator::failed(cudaErrorInvalidValue);
  if (bytes == 0) return cudaSuccess;
  return emulator::enqueue(stream, [=] { std::memset(dst, value, bytes); });
}
