#pragma once

#include <cstddef>

namespace fastcnn::engine {

// float32 operations a second (multiply and add counted apart), in billions, that `threads`
// threads reach on registers alone, now, on this machine: the best of several short runs.
double measure_peak_gflops(std::size_t threads);

}  // namespace fastcnn::engine
