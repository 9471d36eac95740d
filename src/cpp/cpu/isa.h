#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace fastcnn::cpu {

// Instruction sets that kernels are written for, slowest first. A CPU that has one has every
// earlier one of its architecture.
enum class Isa { kScalar, kNeon, kAvx2, kAvx512 };

const char* name_of(Isa isa);

// The instruction sets of this CPU that this build has kernels for, slowest first.
const std::vector<Isa>& available_isas();

// The one that kernels are chosen for. At start the best available, or the one that the
// environment variable FASTCNN_ISA names. set_isa() throws where the CPU lacks it; plans that
// exist keep theirs.
Isa active_isa();
void set_isa(const std::string& name);

// True where a kernel for `isa` may be chosen under the active one.
bool usable(Isa isa);

// Channels in one block of Layout::kBlocked: the float32 lanes of the active ISA's vectors.
std::size_t block();

// The CPU's own words.
std::string brand();
std::vector<std::string> features();

}  // namespace fastcnn::cpu
