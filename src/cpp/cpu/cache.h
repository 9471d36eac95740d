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

// Whether what lies past the second cache is so slow that a large tensor is better written past all
// caches: a plain store first reads the line, and the next reader gains little from the third
// cache. So it is on Intel's servers since Sapphire Rapids, told by AVX-512 and second caches of
// 2 MB; where the third cache is a fast one of few cores, it is not.
bool writes_past_caches();

}  // namespace fastcnn::cpu
