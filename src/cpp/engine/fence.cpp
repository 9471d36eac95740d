#include "engine/fence.h"

#include <algorithm>
#include <cstring>

namespace fastcnn::engine {
namespace {

constexpr unsigned char kPattern = 0xff;

}  // namespace

Lifetime fenced(Lifetime lifetime, bool guard, std::size_t steps) {
  if (!guard) return lifetime;
  return {lifetime.size_bytes + 2 * kFenceBytes, 0, steps};
}

void poison(const AlignedBuffer& arena) {
  if (arena.size_bytes() != 0) std::memset(arena.data(), kPattern, arena.size_bytes());
}

bool fences_intact(const char* buffer, std::size_t size_bytes) {
  const auto intact = [](const char* fence) {
    return std::all_of(fence, fence + kFenceBytes,
                       [](char byte) { return static_cast<unsigned char>(byte) == kPattern; });
  };
  return intact(buffer - kFenceBytes) && intact(buffer + size_bytes);
}

}  // namespace fastcnn::engine
