#pragma once

#include <cstddef>

#include "base/aligned_buffer.h"
#include "engine/memory_plan.h"

namespace fastcnn::engine {

// Debugging aid behind PlanSpec::guard: every buffer lives through the whole run between two
// fences, and memory starts as signalling rubbish, so that a kernel that writes outside of its
// buffer, or reads what was never written, is found at the step that did it.

constexpr std::size_t kFenceBytes = 2 * kAlignment;

// `lifetime` itself, or with fences and for the whole run of `steps` steps.
Lifetime fenced(Lifetime lifetime, bool guard, std::size_t steps);

// Fills the arena with a pattern that is a NaN as float32.
void poison(const AlignedBuffer& arena);

// Whether the fences around a buffer still hold the pattern. The trailing fence starts at the
// first byte past the buffer, not at the next cache line.
bool fences_intact(const char* buffer, std::size_t size_bytes);

}  // namespace fastcnn::engine
