#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fastcnn::jit {

// Machine code that may be called. Its pages are writable while it is copied there and executable
// from then on, never both; a page that cannot be touched follows them. Moves, does not copy; any
// number of threads may run it.
class ExecutableMemory {
 public:
  ExecutableMemory() = default;
  // Throws kMemory where the system gives no pages, or does not let them be executed.
  explicit ExecutableMemory(const std::vector<std::uint8_t>& code);
  ~ExecutableMemory();
  ExecutableMemory(ExecutableMemory&& other) noexcept;
  ExecutableMemory& operator=(ExecutableMemory&& other) noexcept;
  ExecutableMemory(const ExecutableMemory&) = delete;
  ExecutableMemory& operator=(const ExecutableMemory&) = delete;

  const std::uint8_t* data() const { return data_; }
  std::size_t size_bytes() const { return size_bytes_; }  // of the code

  // The function that begins `offset` bytes into the code.
  template <typename Function>
  Function* function(std::size_t offset) const {
    return reinterpret_cast<Function*>(reinterpret_cast<std::uintptr_t>(data_ + offset));
  }

 private:
  void* mapped_ = nullptr;
  std::size_t mapped_bytes_ = 0;
  std::uint8_t* data_ = nullptr;
  std::size_t size_bytes_ = 0;
};

// Whether this system lets a process execute what it has written, tried once with a function that
// only returns, and the environment variable FASTCNN_JIT is not 0.
bool can_execute();

}  // namespace fastcnn::jit
