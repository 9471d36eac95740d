#include "emulator/device_memory.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <stdexcept>

#include "emulator/fiber.h"
#include "emulator/red_zone.h"

namespace emulator {
namespace {

std::mutex allocating;
std::map<char*, std::size_t>& allocations() {
  static auto* const all = new std::map<char*, std::size_t>;  // outlives every static object
  return *all;
}

}  // namespace

void* allocate(std::size_t bytes) {
  const std::size_t whole = (bytes + 2 * kRedZone + 255) / 256 * 256;
  char* const memory = static_cast<char*>(std::aligned_alloc(256, whole));
  if (memory == nullptr) return nullptr;
  char* const from = memory + kRedZone;
  std::memset(memory, kRed, whole);
  poison(memory, kRedZone);
  poison(from + bytes, kRedZone);
  const std::lock_guard<std::mutex> lock(allocating);
  allocations()[from] = bytes;
  return from;
}

void release(void* memory) {
  if (memory == nullptr) return;
  const std::lock_guard<std::mutex> lock(allocating);
  const auto found = allocations().find(static_cast<char*>(memory));
  if (found == allocations().end()) throw std::runtime_error("cudaFree: no device memory there");
  unpoison(found->first - kRedZone, kRedZone);
  unpoison(found->first + found->second, kRedZone);
  std::free(found->first - kRedZone);
  allocations().erase(found);
}

bool owns(const void* memory) {
  const std::lock_guard<std::mutex> lock(allocating);
  const auto after = allocations().upper_bound(static_cast<char*>(const_cast<void*>(memory)));
  if (after == allocations().begin()) return false;
  const auto [from, bytes] = *std::prev(after);
  return memory < from + bytes || memory == from;
}

std::size_t allocated_bytes() {
  const std::lock_guard<std::mutex> lock(allocating);
  std::size_t total = 0;
  for (const auto& [from, bytes] : allocations()) total += bytes;
  return total;
}

std::vector<Snapshot> snapshots() {
  const std::lock_guard<std::mutex> lock(allocating);
  std::vector<Snapshot> all;
  for (const auto& [from, bytes] : allocations()) {
    all.push_back({reinterpret_cast<std::uintptr_t>(from), {from, from + bytes}});
  }
  return all;
}

void check_red_zones([[maybe_unused]] const std::string& kernel) {
#if !EMULATOR_ASAN
  const std::lock_guard<std::mutex> lock(allocating);
  for (const auto& [from, bytes] : allocations()) {
    if (is_red(from - kRedZone) && is_red(from + bytes)) continue;
    throw std::runtime_error(kernel + ": a write next to " + std::to_string(bytes) +
                             " bytes of device memory");
  }
#endif
}

}  // namespace emulator
