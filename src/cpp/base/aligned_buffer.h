#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <memory>

#include "base/error.h"

namespace fastcnn {

constexpr std::size_t kAlignment = 64;  // bytes: a cache line and the widest vector
constexpr std::size_t kHugePage = std::size_t{1} << 21;

// Owns uninitialised memory aligned to kAlignment. Moves, does not copy. From two huge pages on it
// asks the system for such pages: weights are read in streams that small ones would slow down.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t size_bytes) : size_bytes_(size_bytes) {
    if (size_bytes == 0) return;
    const std::size_t rounded = (size_bytes + kAlignment - 1) / kAlignment * kAlignment;
    require(rounded >= size_bytes, ErrorKind::kMemory, "memory: ", size_bytes, " bytes asked");
    const bool large = rounded >= 2 * kHugePage;
    void* memory = nullptr;
    if (posix_memalign(&memory, large ? kHugePage : kAlignment, rounded) != 0) memory = nullptr;
    data_.reset(memory);
    require(data_ != nullptr, ErrorKind::kMemory, "memory: ", rounded,
            " bytes could not be had; a smaller batch needs less");
#ifdef MADV_HUGEPAGE
    if (large) madvise(memory, rounded / kHugePage * kHugePage, MADV_HUGEPAGE);
#endif
  }

  void* data() const { return data_.get(); }
  float* floats() const { return static_cast<float*>(data_.get()); }
  std::size_t size_bytes() const { return size_bytes_; }

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  std::unique_ptr<void, Free> data_;
  std::size_t size_bytes_ = 0;
};

}  // namespace fastcnn
