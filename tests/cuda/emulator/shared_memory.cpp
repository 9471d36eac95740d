#include "emulator/shared_memory.h"

#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "emulator/config.h"
#include "emulator/fiber.h"
#include "emulator/red_zone.h"

namespace emulator {
namespace {

constexpr std::size_t kArenaBytes = std::size_t{1} << 20;
constexpr std::size_t kAlignment = 128;

}  // namespace

SharedMemory::~SharedMemory() {
  if (arena_ != nullptr) unpoison(arena_, kArenaBytes);
  std::free(arena_);
}

void SharedMemory::begin(std::size_t dynamic_bytes) {
#if EMULATOR_TSAN
  // Fresh memory has no past: what the last block did here is no race with this one.
  std::free(arena_);
  arena_ = nullptr;
#endif
  if (arena_ == nullptr) {
    arena_ = static_cast<char*>(std::aligned_alloc(kAlignment, kArenaBytes));
    if (arena_ == nullptr) throw std::bad_alloc();
    used_ = kArenaBytes;
  }
  arrays_.clear();
  unpoison(arena_, kArenaBytes);
  std::memset(arena_, kRed, used_);
  used_ = kRedZone;
  bytes_ = 0;
  dynamic_bytes_ = dynamic_bytes;
  poison(arena_, kArenaBytes);
}

void SharedMemory::end(const std::string& kernel) const {
#if !EMULATOR_ASAN
  for (const Array& array : arrays_) {
    const bool before = !is_red(array.from - kRedZone);
    if (!before && is_red(array.from + array.bytes)) continue;
    throw std::runtime_error(kernel + ": a write " +
                             (before ? "before the start" : "past the end") + " of shared array " +
                             array.name + " (" + std::to_string(array.bytes) + " bytes)");
  }
#else
  (void)kernel;  // ASan tells of the write itself
#endif
}

void* SharedMemory::array(const void* key, const char* name, std::size_t bytes) {
  for (const Array& array : arrays_) {
    if (array.key == key) return array.from;
  }
  bytes_ += bytes;
  char* const from = arena_ + used_;
  const std::size_t end = used_ + bytes + kRedZone;
  used_ = (end + kRedZone + kAlignment - 1) / kAlignment * kAlignment;
  if (bytes_ > config().shared_limit || used_ > kArenaBytes) {
    throw std::runtime_error("shared memory: " + std::to_string(bytes_) + " bytes with " + name +
                             ", a block may have " + std::to_string(config().shared_limit));
  }
  unpoison(from, bytes);
  arrays_.push_back({key, name, from, bytes});
  return from;
}

}  // namespace emulator
