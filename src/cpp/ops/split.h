#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "cpu/thread_pool.h"

namespace fastcnn::ops {

// A range of equal items cut into tasks of consecutive items. The cut follows from the sizes
// alone, never from the number of threads: whatever is summed within a task and then over tasks
// comes out bit-identical on one thread and on many.
class Split {
 public:
  // `cost` of one item: its floating-point operations or the bytes it touches, whichever are more.
  Split(std::int64_t items, double cost) : items_(items) {
    const double total = static_cast<double>(items) * cost;
    const double wanted = std::clamp(total / kTaskCost, 1.0, kMaxTasks);
    tasks_ = std::min(items, static_cast<std::int64_t>(wanted));
  }

  std::size_t tasks() const { return static_cast<std::size_t>(tasks_); }
  std::int64_t begin(std::size_t task) const {
    return items_ * static_cast<std::int64_t>(task) / tasks_;
  }
  std::int64_t end(std::size_t task) const { return begin(task + 1); }

  // Calls body(begin, end) for each task.
  template <typename Body>
  void run(const cpu::Parallel& parallel, Body&& body) const {
    parallel(tasks(), [&](std::size_t task, std::size_t) { body(begin(task), end(task)); });
  }

  // The same, where another pass over the same items comes before or after: each worker begins with
  // a share of its own and then helps the others. A second pass, backwards, so finds in the cache
  // of a core what the first has left there.
  template <typename Body>
  void run_in_shares(const cpu::Parallel& parallel, bool backwards, Body&& body) const {
    const std::size_t shares = std::min({parallel.threads, tasks(), kMaxShares});
    std::array<Taken, kMaxShares> taken;
    parallel(shares, [&](std::size_t, std::size_t worker) {
      for (std::size_t i = 0; i < shares; ++i) {
        const std::size_t share = (worker + i) % shares;
        const std::size_t first = tasks() * share / shares;
        const std::size_t count = tasks() * (share + 1) / shares - first;
        for (;;) {
          const std::size_t next = taken[share].count.fetch_add(1, std::memory_order_relaxed);
          if (next >= count) break;
          const std::size_t task = first + (backwards ? count - 1 - next : next);
          body(begin(task), end(task));
        }
      }
    });
  }

 private:
  static constexpr std::size_t kMaxShares = 64;
  struct alignas(64) Taken {
    std::atomic<std::size_t> count{0};
  };

  static constexpr double kTaskCost = 32768;  // some 3 us of work: a fork and join costs 1 to 5 us
  static constexpr double kMaxTasks = 256;

  std::int64_t items_;
  std::int64_t tasks_;
};

}  // namespace fastcnn::ops
