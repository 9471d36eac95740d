#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// The first entry, best first, that may run under the active ISA. Every list ends with a scalar
// entry, so there always is one.
template <typename Kernel, std::size_t kCount>
const Kernel& first_usable(const Kernel (&list)[kCount]) {
  for (const Kernel& kernel : list) {
    if (cpu::usable(kernel.isa)) return kernel;
  }
  return list[kCount - 1];
}

}  // namespace fastcnn::kernels
