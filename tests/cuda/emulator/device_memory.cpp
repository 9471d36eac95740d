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

using Allocations = std::map<char*, std::size_t>;  // bytes of each

std::mutex allocating;
Allocations& allocations() {
  static auto* const all = new Allocations;  // outlives every static object
  return *all;
}

Allocations& pinned() {
  static auto* const all = new Allocations;
  return *all;
}

std::map<const char*, int>& devices() {
  static auto* const all = new std::map<const char*, int>;
  return *all;
}

// The allocation that `memory` starts, or lies in.
Allocations::const_iterator find(const Allocations& all, const void* memory) {
  const auto after = all.upper_bound(static_cast<char*>(const_cast<void*>(memory)));
  if (after == all.begin()) return all.end();
  const auto found = std::prev(after);
  const bool inside = memory < found->first + found->second || memory == found->first;
  return inside ? found : all.end();
}

std::size_t total(const Allocations& all) {
  std::size_t sum = 0;
  for (const auto& [from, bytes] : all) sum += bytes;
  return sum;
}

}  // namespace

void* allocate(std::size_t bytes, int device) {
  const std::size_t whole = (bytes + 2 * kRedZone + 255) / 256 * 256;
  char* const memory = static_cast<char*>(std::aligned_alloc(256, whole));
  if (memory == nullptr) return nullptr;
  char* const from = memory + kRedZone;
  std::memset(memory, kRed, whole);
  poison(memory, kRedZone);
  poison(from + bytes, kRedZone);
  const std::lock_guard<std::mutex> lock(allocating);
  allocations()[from] = bytes;
  devices()[from] = device;
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
  return find(allocations(), memory) != allocations().end();
}

int device_of(const void* memory) {
  const std::lock_guard<std::mutex> lock(allocating);
  const auto found = find(allocations(), memory);
  return found == allocations().end() ? -1 : devices()[found->first];
}

void* allocate_pinned(std::size_t bytes) {
  char* const memory = static_cast<char*>(std::malloc(bytes == 0 ? 1 : bytes));
  if (memory == nullptr) return nullptr;
  std::memset(memory, kRed, bytes);
  const std::lock_guard<std::mutex> lock(allocating);
  pinned()[memory] = bytes;
  return memory;
}

void release_pinned(void* memory) {
  const std::lock_guard<std::mutex> lock(allocating);
  if (pinned().erase(static_cast<char*>(memory)) == 0) {
    throw std::runtime_error("cudaFreeHost: no pinned memory there");
  }
  std::free(memory);
}

bool is_pinned(const void* memory) {
  const std::lock_guard<std::mutex> lock(allocating);
  return find(pinned(), memory) != pinned().end();
}

std::size_t allocated_bytes() {
  const std::lock_guard<std::mutex> lock(allocating);
  return total(allocations());
}

std::size_t pinned_bytes() {
  const std::lock_guard<std::mutex> lock(allocating);
  return total(pinned());
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
