#include "cuda/base/device.h"

namespace fastcnn::cuda {

void copy_to_device(void* dst, const void* host, std::size_t size_bytes) {
  if (size_bytes == 0) return;
  FASTCNN_CUDA_TRY(cudaMemcpy(dst, host, size_bytes, cudaMemcpyHostToDevice));
  FASTCNN_CUDA_TRY(cudaStreamSynchronize(nullptr));
}

DeviceScope::DeviceScope(int device) : before_(current_device()) {
  if (before_ == device) return;
  FASTCNN_CUDA_TRY(cudaSetDevice(device));
  changed_ = true;
}

DeviceScope::~DeviceScope() {
  if (changed_) cudaSetDevice(before_);
}

int current_device() {
  int device = 0;
  FASTCNN_CUDA_TRY(cudaGetDevice(&device));
  return device;
}

int device_of(const void* memory, const std::string& what) {
  cudaPointerAttributes attributes;
  FASTCNN_CUDA_TRY(cudaPointerGetAttributes(&attributes, memory));
  require(attributes.type == cudaMemoryTypeDevice || attributes.type == cudaMemoryTypeManaged,
          ErrorKind::kValue, "cuda: ", what, ": ", memory,
          " is no device memory of this process; give an array that lies on the device");
  return attributes.device;
}

void require_device() {
  constexpr const char* kNeeds =
      "; a driver for CUDA 13 and a GPU of compute capability 8.0 or later are needed, "
      "device=\"cpu\" needs neither";
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess) cudaGetLastError();
  require(error == cudaSuccess && count > 0, ErrorKind::kUnsupported,
          "cuda: no usable CUDA device: ",
          error == cudaSuccess ? "the driver finds none" : cudaGetErrorString(error), kNeeds);
  cudaDeviceProp properties;
  FASTCNN_CUDA_TRY(cudaGetDeviceProperties(&properties, current_device()));
  require(properties.major >= 8, ErrorKind::kUnsupported,
          "cuda: no usable CUDA device: ", properties.name, " has compute capability ",
          properties.major, ".", properties.minor, kNeeds);
}

}  // namespace fastcnn::cuda
