#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

namespace fastcnn::cpu {

// Threads that share the tasks of one loop. Workers spin for a moment after a loop, then park, so
// an idle process uses no CPU; Placement keeps them off the caller's CPU. One loop runs at a time;
// a loop started while another one runs (by another user thread) is run by its caller alone, so the
// process never has more busy threads than the pool. Safe across fork(): the child starts its own
// workers.
class ThreadPool {
 public:
  // The pool of the process.
  static ThreadPool& instance();

  // Threads that take part, the caller's among them: never more than allowed_threads(), which
  // set_threads() takes for any number above. At start: default_threads().
  std::size_t threads() const;
  void set_threads(std::size_t threads);

  // Calls body(task, worker) once for each task in [0, tasks), over at most `limit` threads.
  // `worker` is in [0, limit) and no two calls with the same worker overlap. Each worker begins
  // with neighbouring tasks of its own, as many as the others have, so that what it works on in one
  // loop it finds in its caches in the next; who is done helps the others: results must not depend
  // on who runs what. The first exception is rethrown in the caller after the loop.
  template <typename Body>
  void parallel_for(std::size_t tasks, std::size_t limit, Body&& body) {
    using Plain = std::remove_reference_t<Body>;
    run(
        tasks, limit,
        [](void* context, std::size_t task, std::size_t worker) {
          (*static_cast<Plain*>(context))(task, worker);
        },
        const_cast<void*>(static_cast<const void*>(&body)));
  }

  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

 private:
  using Call = void (*)(void* context, std::size_t task, std::size_t worker);

  ThreadPool();
  ~ThreadPool();
  void run(std::size_t tasks, std::size_t limit, Call call, void* context);

  struct State;
  std::unique_ptr<State> state_;
};

// What an op gets to split its work with.
struct Parallel {
  std::size_t threads = 1;

  template <typename Body>
  void operator()(std::size_t tasks, Body&& body) const {
    if (threads <= 1 || tasks <= 1) {
      for (std::size_t task = 0; task < tasks; ++task) body(task, std::size_t{0});
    } else {
      ThreadPool::instance().parallel_for(tasks, threads, body);
    }
  }
};

}  // namespace fastcnn::cpu
