#include "cuda/engine/graph_cache.h"

#include <algorithm>

namespace fastcnn::cuda {

const Graph* GraphCache::find(const Addresses& addresses, cudaStream_t stream,
                              const std::function<void()>& enqueue) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.addresses == addresses; });
  if (found == entries_.end()) {
    if (entries_.size() == kMost) entries_.pop_back();
    entries_.push_front({addresses, nullptr});
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, found);
  if (!found->graph) found->graph = std::make_unique<Graph>(stream, enqueue);
  return found->graph.get();
}

std::size_t GraphCache::size() const {
  return static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(),
                                                [](const Entry& e) { return e.graph != nullptr; }));
}

}  // namespace fastcnn::cuda
