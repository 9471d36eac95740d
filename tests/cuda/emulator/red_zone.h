#pragma once

#include <cstddef>

namespace emulator {

// What lies before and after every array, looked at when the kernel is done. Fresh memory is of the
// same bytes: NaN.
constexpr std::size_t kRedZone = 512;
constexpr unsigned char kRed = 0xff;

inline bool is_red(const char* from) {
  for (std::size_t i = 0; i < kRedZone; ++i) {
    if (static_cast<unsigned char>(from[i]) != kRed) return false;
  }
  return true;
}

}  // namespace emulator
