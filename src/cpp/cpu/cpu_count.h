#pragma once

#include <cstddef>

namespace fastcnn::cpu {

// CPUs in this process's affinity mask.
std::size_t affinity_count();

// CPUs' worth of time that the cgroup (v2 or v1) lets this process use, rounded up; 0 = no limit.
std::size_t cgroup_quota();

// Threads that may be busy at once: the smaller of the two above, at most kMaxThreads.
constexpr std::size_t kMaxThreads = 256;
std::size_t allowed_threads();

// Threads to start with: all that are allowed, or FASTCNN_NUM_THREADS where that is fewer.
std::size_t default_threads();

}  // namespace fastcnn::cpu
