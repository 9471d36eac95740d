#include "cuda/engine/state.h"

namespace fastcnn::cuda {

void* State::at(const std::shared_ptr<void>& host, std::size_t size_bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = arrays_.find(host.get());
  if (found != arrays_.end()) return found->second.device.data();
  Array array{host, DeviceBuffer(host.get(), size_bytes)};
  return arrays_.emplace(host.get(), std::move(array)).first->second.device.data();
}

void State::upload() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [host, array] : arrays_) {
    copy_to_device(array.device.data(), host, array.device.size_bytes());
  }
}

void State::download() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [host, array] : arrays_) {
    if (array.device.size_bytes() == 0) continue;
    FASTCNN_CUDA_TRY(cudaMemcpy(array.host.get(), array.device.data(), array.device.size_bytes(),
                                cudaMemcpyDeviceToHost));
  }
}

}  // namespace fastcnn::cuda
