#pragma once

#include <algorithm>
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
  Split(std::int64_t items, double cost)
      : items_(items), total_(static_cast<double>(items) * cost) {
    const double wanted = std::clamp(total_ / kTaskCost, 1.0, kMaxTasks);
    tasks_ = std::min(items, static_cast<std::int64_t>(wanted));
  }

  std::size_t tasks() const { return static_cast<std::size_t>(tasks_); }
  std::int64_t begin(std::size_t task) const {
    return items_ * static_cast<std::int64_t>(task) / tasks_;
  }
  std::int64_t end(std::size_t task) const { return begin(task + 1); }

  // Calls body(task, worker) for each task: on the calling thread alone where all of them take less
  // time than other threads would save.
  template <typename Body>
  void run_tasks(const cpu::Parallel& parallel, Body&& body) const {
    const cpu::Parallel used{total_ < kForkCost ? 1 : parallel.threads};
    used(tasks(), body);
  }

  // Calls body(begin, end) for each task.
  template <typename Body>
  void run(const cpu::Parallel& parallel, Body&& body) const {
    run_tasks(parallel, [&](std::size_t task, std::size_t) { body(begin(task), end(task)); });
  }

  // The same, each thread's tasks from the last to the first: after another pass over the same
  // items it finds in its cache what that has left there.
  template <typename Body>
  void run_backwards(const cpu::Parallel& parallel, Body&& body) const {
    const std::size_t shares = std::min(parallel.threads, tasks());
    run_tasks(parallel, [&](std::size_t index, std::size_t) {
      const std::size_t share = ((index + 1) * shares - 1) / tasks();
      const std::size_t task =
          tasks() * share / shares + tasks() * (share + 1) / shares - 1 - index;
      body(begin(task), end(task));
    });
  }

 private:
  static constexpr double kTaskCost = 32768;
  // A fork and join costs 2 us, with what the other core has to fetch: half of 4 us of arithmetic
  // or of what a second cache gives.
  static constexpr double kForkCost = 4e5;
  static constexpr double kMaxTasks = 256;

  std::int64_t items_;
  double total_;
  std::int64_t tasks_;
};

}  // namespace fastcnn::ops
