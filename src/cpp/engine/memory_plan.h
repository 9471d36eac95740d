#pragma once

#include <cstddef>
#include <vector>

namespace fastcnn::engine {

// A buffer that must hold its contents from step `first` to step `last`, both included.
struct Lifetime {
  std::size_t size_bytes;
  std::size_t first;
  std::size_t last;
};

struct MemoryPlan {
  std::vector<std::size_t> offsets;  // in bytes, one for each lifetime, multiples of kAlignment
  std::size_t size_bytes = 0;        // of the arena
};

// Places buffers in one arena so that no two that live at the same time overlap: largest first,
// each at the lowest gap that fits.
//
// Source  Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020:
//         greedy by size.
MemoryPlan plan_memory(const std::vector<Lifetime>& lifetimes);

}  // namespace fastcnn::engine
