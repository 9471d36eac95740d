#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace emulator {

// The shared memory of the block that an OS thread is running: arrays apart from one another, full
// of NaN at first, with red zones between them.
class SharedMemory {
 public:
  SharedMemory() = default;
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  // Makes it ready for a block with `dynamic_bytes` of dynamic shared memory.
  void begin(std::size_t dynamic_bytes);
  // Throws where a red zone was written to.
  void end(const std::string& kernel) const;

  // The array of the declaration `key`, made by the first thread that comes to it.
  void* array(const void* key, const char* name, std::size_t bytes);
  void* dynamic() { return array(nullptr, "dynamic shared memory", dynamic_bytes_); }

  std::size_t bytes() const { return bytes_; }

 private:
  struct Array {
    const void* key;
    const char* name;
    char* from;
    std::size_t bytes;
  };

  char* arena_ = nullptr;
  std::vector<Array> arrays_;
  std::size_t used_ = 0;   // with red zones
  std::size_t bytes_ = 0;  // without
  std::size_t dynamic_bytes_ = 0;
};

}  // namespace emulator
