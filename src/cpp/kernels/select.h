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

// The same for a family of several functions, where each entry says which it is by `kernel.kind`.
// Every kind has a scalar entry.
template <typename Kernel, std::size_t kCount, typename Kind>
const Kernel& first_usable(const Kernel (&list)[kCount], Kind kind) {
  const Kernel* found = nullptr;
  for (const Kernel& kernel : list) {
    if (found == nullptr && kernel.kind == kind && cpu::usable(kernel.isa)) found = &kernel;
  }
  return *found;
}

}  // namespace fastcnn::kernels
