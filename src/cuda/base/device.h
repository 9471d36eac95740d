#pragma once

#include <cstddef>

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
  DeviceBuffer(DeviceBuffer&& other) noexcept : data_(other.data_), size_bytes_(other.size_bytes_) {
    other.data_ = nullptr;
    other.size_bytes_ = 0;
  }
  DeviceBuffer& operator=(DeviceBuffer&&) = delete;

  void* data() const { return data_; }
  std::size_t size_bytes() const { return size_bytes_; }

 private:
  void* data_ = nullptr;
  std::size_t size_bytes_ = 0;
};

// A stream of its own, which waits for no other.
class Stream {
 public:
  Stream() { FASTCNN_CUDA_TRY(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
  ~Stream() { cudaStreamDestroy(stream_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  cudaStream_t get() const { return stream_; }
  void synchronize() const { FASTCNN_CUDA_TRY(cudaStreamSynchronize(stream_)); }

 private:
  cudaStream_t stream_ = nullptr;
};

// Throws kUnsupported, with what is missing, unless there is a driver and a device.
void require_device();

}  // namespace fastcnn::cuda
