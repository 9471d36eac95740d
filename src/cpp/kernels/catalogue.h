#pragma once

#include <string>
#include <vector>

#include "cpu/isa.h"

namespace fastcnn::kernels {

struct KernelInfo {
  std::string family;
  std::string name;  // "gemm_f32_6x16__avx2"
  cpu::Isa isa;
};

// Every kernel of this build, family by family, best first within each.
const std::vector<KernelInfo>& catalogue();

}  // namespace fastcnn::kernels
