#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace emulator {

// Device memory: host memory between red zones, full of NaN at first.
void* allocate(std::size_t bytes, int device);  // null where there is none left
void release(void* memory);

// Whether `memory` is the start of, or lies in, an allocation.
bool owns(const void* memory);

// The device that it is on, or -1.
int device_of(const void* memory);

// Host memory that copies read and write while the host goes on.
void* allocate_pinned(std::size_t bytes);
void release_pinned(void* memory);
bool is_pinned(const void* memory);

// Bytes allocated and not released.
std::size_t allocated_bytes();
std::size_t pinned_bytes();

// An allocation as it is now.
struct Snapshot {
  std::uintptr_t address;
  std::vector<std::uint8_t> bytes;
};
std::vector<Snapshot> snapshots();

// Throws where `kernel` has written next to an allocation.
void check_red_zones(const std::string& kernel);

}  // namespace emulator
