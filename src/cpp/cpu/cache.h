#pragma once

#include <cstddef>

namespace fastcnn::cpu {

// Data cache sizes in bytes as one core sees them; 0 where the system does not tell.
struct CacheSizes {
  std::size_t l1;
  std::size_t l2;
  std::size_t l3;
};

const CacheSizes& cache_sizes();

}  // namespace fastcnn::cpu
