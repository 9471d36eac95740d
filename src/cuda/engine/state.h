#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>

#include "cuda/base/device.h"

namespace fastcnn::cuda {

// Parameters on the device, for all plans of one training step: each is an array of the host's with
// a copy that updates write to.
class State {
 public:
  // The copy of the array at `host`, made at the first call with it.
  void* at(const std::shared_ptr<void>& host, std::size_t size_bytes);

  // Copies every array to the device, or back; no plan may run meanwhile.
  void upload() const;
  void download() const;

 private:
  struct Array {
    std::shared_ptr<void> host;
    DeviceBuffer device;
  };

  mutable std::mutex mutex_;
  std::map<const void*, Array> arrays_;
};

}  // namespace fastcnn::cuda
