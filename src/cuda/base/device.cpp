#include "cuda/base/device.h"

namespace fastcnn::cuda {

void copy_to_device(void* dst, const void* host, std::size_t size_bytes) {
  if (size_bytes == 0) return;
  FASTCNN_CUDA_TRY(cudaMemcpy(dst, host, size_bytes, cudaMemcpyHostToDevice));
  FASTCNN_CUDA_TRY(cudaStreamSynchronize(nullptr));
}

void require_device() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  require(error == cudaSuccess && count > 0, ErrorKind::kUnsupported,
          "cuda: no usable CUDA device: ",
          error == cudaSuccess ? "the driver finds none" : cudaGetErrorString(error),
          "; a driver for CUDA 13 and a GPU of compute capability 8.0 or later are needed, "
          "device=\"cpu\" needs neither");
}

}  // namespace fastcnn::cuda
