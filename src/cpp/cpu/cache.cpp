#include "cpu/cache.h"

#include <fstream>
#include <string>

#include "cpu/isa.h"

namespace fastcnn::cpu {
namespace {

CacheSizes read_sizes() {
  CacheSizes sizes{};
  for (int index = 0; index < 8; ++index) {
    const std::string folder =
        "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/";
    int level = 0;
    std::string type;
    std::size_t kib = 0;
    if (!(std::ifstream(folder + "level") >> level) || !(std::ifstream(folder + "type") >> type) ||
        !(std::ifstream(folder + "size") >> kib) || type == "Instruction") {
      continue;
    }
    std::size_t* const slots[] = {&sizes.l1, &sizes.l2, &sizes.l3};
    if (level >= 1 && level <= 3) *slots[level - 1] = kib * 1024;
  }
  return sizes;
}

}  // namespace

const CacheSizes& cache_sizes() {
  static const CacheSizes sizes = read_sizes();
  return sizes;
}

bool writes_past_caches() {
  return active_isa() == Isa::kAvx512 && cache_sizes().l2 >= std::size_t{2} << 20;
}

}  // namespace fastcnn::cpu
