#include "engine/peak.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "cpu/thread_pool.h"
#include "kernels/peak/peak.h"

namespace fastcnn::engine {

double measure_peak_gflops(std::size_t threads) {
  using Clock = std::chrono::steady_clock;
  constexpr int kRuns = 8;
  constexpr std::size_t kRounds = 100000;
  const kernels::PeakKernel& kernel = kernels::select_peak();
  const double flops = 2.0 * static_cast<double>(kRounds * kernels::kPeakChains * kernel.lanes) *
                       static_cast<double>(threads);
  std::vector<float> results(threads);
  double best = 0;
  for (int run = 0; run < kRuns; ++run) {
    const auto start = Clock::now();
    cpu::Parallel{threads}(
        threads, [&](std::size_t task, std::size_t) { results[task] = kernel.run(kRounds); });
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    best = std::max(best, flops / seconds * 1e-9);
  }
  return best;
}

}  // namespace fastcnn::engine
