#pragma once

#include <cstddef>

namespace emulator {

std::size_t live_graphs();
std::size_t live_graph_execs();

}  // namespace emulator
