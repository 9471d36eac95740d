#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "emulator/vocabulary.h"

namespace emulator {

// What each lane of a warp gave to a collective.
struct Lanes {
  const std::uint8_t* from;
  std::size_t stride;

  template <typename T>
  T get(int lane) const {
    T value;
    std::memcpy(&value, from + stride * static_cast<std::size_t>(lane), sizeof value);
    return value;
  }
};

// Waits for the lanes of `mask` and gives what each of them gave. Only __syncwarp orders memory:
// the guide promises it of no shuffle, vote or matrix instruction.
Lanes warp_exchange(std::uint32_t mask, const void* value, std::size_t bytes, const char* what,
                    bool orders_memory = false);

// The value of lane `source`; this lane's own where the mask leaves that one out, whose value is
// undefined in CUDA.
template <typename T>
T shuffle(std::uint32_t mask, T value, int source, const char* what) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8, "one or two registers");
  const Lanes lanes = warp_exchange(mask, &value, sizeof value, what);
  return (mask >> source & 1) != 0 ? lanes.get<T>(source) : value;
}

}  // namespace emulator

inline void __syncwarp(std::uint32_t mask = 0xffffffffu) {
  const char nothing = 0;
  emulator::warp_exchange(mask, &nothing, 1, "__syncwarp", true);
}

template <typename T>
T __shfl_sync(std::uint32_t mask, T value, int source, int width = 32) {
  const int lane = emulator::coordinates->lane;
  const int from = (lane & ~(width - 1)) | (source & (width - 1));
  return emulator::shuffle(mask, value, from, "__shfl_sync");
}

template <typename T>
T __shfl_down_sync(std::uint32_t mask, T value, unsigned delta, int width = 32) {
  const int lane = emulator::coordinates->lane;
  const int from = lane + static_cast<int>(delta);
  const bool inside = (from & ~(width - 1)) == (lane & ~(width - 1));
  return emulator::shuffle(mask, value, inside ? from : lane, "__shfl_down_sync");
}

template <typename T>
T __shfl_up_sync(std::uint32_t mask, T value, unsigned delta, int width = 32) {
  const int lane = emulator::coordinates->lane;
  const int from = lane - static_cast<int>(delta);
  const bool inside = from >= (lane & ~(width - 1));
  return emulator::shuffle(mask, value, inside ? from : lane, "__shfl_up_sync");
}

template <typename T>
T __shfl_xor_sync(std::uint32_t mask, T value, int bits, int width = 32) {
  const int lane = emulator::coordinates->lane;
  const int from = lane ^ bits;
  const bool inside = (from & ~(width - 1)) <= (lane | (width - 1));
  return emulator::shuffle(mask, value, inside ? from : lane, "__shfl_xor_sync");
}

inline std::uint32_t __ballot_sync(std::uint32_t mask, int predicate) {
  const std::uint8_t vote = predicate != 0;
  const emulator::Lanes lanes = emulator::warp_exchange(mask, &vote, 1, "__ballot_sync");
  std::uint32_t votes = 0;
  for (int lane = 0; lane < 32; ++lane) {
    if ((mask >> lane & 1) != 0 && lanes.get<std::uint8_t>(lane) != 0) votes |= 1u << lane;
  }
  return votes;
}

inline int __any_sync(std::uint32_t mask, int predicate) {
  return __ballot_sync(mask, predicate) != 0;
}
inline int __all_sync(std::uint32_t mask, int predicate) {
  return __ballot_sync(mask, predicate) == mask;
}
