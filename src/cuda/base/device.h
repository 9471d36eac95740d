#pragma once

#include <cstddef>
#include <utility>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Copies host memory; the copy has arrived when this returns. cudaMemcpy() alone only says that the
// host's memory was read, and a stream of its own does not wait for the rest.
void copy_to_device(void* dst, const void* host, std::size_t size_bytes);

// Device memory with an owner. Empty where `size_bytes` is 0.
class DeviceBuffer {
 public:
  DeviceBuffer() = default;
  explicit DeviceBuffer(std::size_t size_bytes) : size_bytes_(size_bytes) {
    if (size_bytes != 0) FASTCNN_CUDA_TRY(cudaMalloc(&data_, size_bytes));
  }
  // A copy of `size_bytes` of host memory.
  DeviceBuffer(const void* host, std::size_t size_bytes) : DeviceBuffer(size_bytes) {
    copy_to_device(data_, host, size_bytes);
  }
  ~DeviceBuffer() { cudaFree(data_); }
  DeviceBuffer(DeviceBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_bytes_(std::exchange(other.size_bytes_, 0)) {}
  DeviceBuffer& operator=(DeviceBuffer&&) = delete;

  void* data() const { return data_; }
  std::size_t size_bytes() const { return size_bytes_; }

 private:
  void* data_ = nullptr;
  std::size_t size_bytes_ = 0;
};

// Host memory from which and into which copies run while the host goes on.
class PinnedBuffer {
 public:
  PinnedBuffer() = default;
  explicit PinnedBuffer(std::size_t size_bytes) {
    if (size_bytes != 0) FASTCNN_CUDA_TRY(cudaMallocHost(&data_, size_bytes));
  }
  ~PinnedBuffer() { cudaFreeHost(data_); }
  PinnedBuffer(PinnedBuffer&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}
  PinnedBuffer& operator=(PinnedBuffer&&) = delete;

  void* data() const { return data_; }

 private:
  void* data_ = nullptr;
};

// Makes `device` the current one of this thread, and the former one again.
class DeviceScope {
 public:
  explicit DeviceScope(int device);
  ~DeviceScope();
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;

 private:
  int before_ = 0;
  bool changed_ = false;
};

int current_device();

// The device that `memory` lies on; throws kValue where it is no device memory. `what` names it.
int device_of(const void* memory, const std::string& what);

// Throws kUnsupported, with what is missing, unless there is a driver and a device of compute
// capability 8.0 or later.
void require_device();

}  // namespace fastcnn::cuda
