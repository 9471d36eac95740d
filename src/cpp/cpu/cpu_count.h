#pragma once

#include <cstddef>

namespace fastcnn::cpu {

// CPUs in this process's affinity mask.
std::size_t affinity_count();

// CPUs' worth of time that the cgroup (v2 or v1) lets this process use, rounded up; 0 = no limit.
std::size_t cgroup_quota();

// Threads to start with: FASTCNN_NUM_THREADS where it is set, else the smaller of the two above.
std::size_t default_threads();

}  // namespace fastcnn::cpu
