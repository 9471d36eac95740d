#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>

#include "base/aligned_buffer.h"

namespace fastcnn::engine {

// Rearranged copies of constants, shared by the plans of one session: the weights of a network are
// packed once, whatever the number of batch sizes it runs at. Safe to use from several threads.
class PackCache {
 public:
  using Buffer = std::shared_ptr<const AlignedBuffer>;

  // The copy of `source` in `format`, made by `fill` on first use. The cache keeps `source` alive,
  // so its address names it, and `maker`, to which the copy may point.
  Buffer get(const std::shared_ptr<void>& source, const std::shared_ptr<const void>& maker,
             const std::string& format, std::size_t size_bytes,
             const std::function<void(void*)>& fill) {
    const std::lock_guard<std::mutex> lock(mutex_);
    Entry& entry = entries_[{source.get(), format}];
    if (!entry.buffer) {
      auto buffer = std::make_shared<AlignedBuffer>(size_bytes);
      fill(buffer->data());
      entry = {source, maker, std::move(buffer)};
    }
    return entry.buffer;
  }

  std::size_t size_bytes() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::size_t total = 0;
    for (const auto& [key, entry] : entries_) {
      if (entry.buffer) total += entry.buffer->size_bytes();
    }
    return total;
  }

 private:
  struct Entry {
    std::shared_ptr<void> source;
    std::shared_ptr<const void> maker;
    Buffer buffer;
  };

  mutable std::mutex mutex_;
  std::map<std::tuple<const void*, std::string>, Entry> entries_;
};

}  // namespace fastcnn::engine
