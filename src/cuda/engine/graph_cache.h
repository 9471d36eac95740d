#pragma once

#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "cuda/base/stream.h"

namespace fastcnn::cuda {

// Graphs of runs whose addresses repeat. A graph holds the addresses of its run, so each set of
// them has one. A first run is never recorded: it may be the only one with its addresses, and what
// the driver loads at the first launch of a kernel cannot be loaded while a stream is captured.
class GraphCache {
 public:
  using Addresses = std::vector<const void*>;

  // The graph of a run with these addresses, recorded in `stream` where this is the second in a row
  // of the latest kMost; null at the first.
  const Graph* find(const Addresses& addresses, cudaStream_t stream,
                    const std::function<void()>& enqueue);

  std::size_t size() const;

 private:
  static constexpr std::size_t kMost = 8;  // sets of addresses that are remembered

  struct Entry {
    Addresses addresses;
    std::unique_ptr<Graph> graph;
  };

  std::list<Entry> entries_;  // used last first
};

}  // namespace fastcnn::cuda
