#include "cpu/thread_pool.h"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/error.h"
#include "cpu/cpu_count.h"
#include "cpu/denormals.h"
#include "cpu/placement.h"

namespace fastcnn::cpu {
namespace {

using Clock = std::chrono::steady_clock;

// How long a worker looks for the next loop before it parks.
constexpr auto kSpin = std::chrono::microseconds(200);

constexpr int kPauses = 64;               // between two looks at the clock
constexpr int kPausesBeforeYield = 1024;  // of a caller that waits for its workers, some 20 us
constexpr std::size_t kCacheLine = 64;

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Tasks of a loop that were handed out of those that one seat begins with.
struct alignas(kCacheLine) Share {
  std::atomic<std::size_t> taken{0};
};

// One loop in flight. The caller has seat 0, each worker one of its own.
struct Loop {
  void (*call)(void*, std::size_t, std::size_t) = nullptr;
  void* context = nullptr;
  std::size_t tasks = 0;
  std::size_t seats = 0;
  std::array<Share, kMaxThreads> shares;  // seat
  std::mutex error_mutex;
  std::exception_ptr error;

  void work(std::size_t seat) {
    for (std::size_t i = 0; i < seats; ++i) {
      const std::size_t share = (seat + i) % seats;
      const std::size_t first = tasks * share / seats;
      const std::size_t end = tasks * (share + 1) / seats;
      for (;;) {
        const std::size_t task =
            first + shares[share].taken.fetch_add(1, std::memory_order_relaxed);
        if (task >= end) break;
        run(task, seat);
      }
    }
  }

  // After an error no further task is handed out.
  void run(std::size_t task, std::size_t seat) {
    try {
      call(context, task, seat);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(error_mutex);
      if (!error) error = std::current_exception();
      hand_out(tasks);
    }
  }

  // Counts `count` tasks of each share as handed out.
  void hand_out(std::size_t count) {
    for (std::size_t s = 0; s < seats; ++s) {
      shares[s].taken.store(count, std::memory_order_relaxed);
    }
  }
};

}  // namespace

// Loops are told apart by a generation, which is odd while a loop is open to workers.
struct ThreadPool::State {
  explicit State(std::size_t count) : threads(count), placement(count) {}

  std::mutex owner;  // held by the thread whose loop runs
  std::vector<std::thread> workers;
  std::atomic<std::size_t> threads;
  Placement placement;
  std::mutex parking;
  std::condition_variable wake;
  std::atomic<bool> stop{false};
  // Written by the owner and read by every spinning worker, with what they need next beside it.
  alignas(kCacheLine) std::atomic<std::size_t> generation{0};
  std::atomic<std::size_t> parked{0};
  Loop loop;
  alignas(kCacheLine) std::atomic<std::size_t> inside{0};  // workers that look at `loop`

  void serve(std::size_t seat) {
    const FlushDenormals flush;
    std::size_t seen = 0;
    while (!stop.load(std::memory_order_acquire)) {
      const std::size_t now = generation.load(std::memory_order_acquire);
      if (now != seen && now % 2 == 1) {
        seen = now;
        join_loop(now, seat);
      } else if (!spin_until_changed(now)) {
        park(now);
      }
    }
  }

  // `inside` is raised first and the generation read again: run() closes a loop by raising the
  // generation and then waits for `inside` to fall to zero, so nobody looks at a loop that is gone.
  void join_loop(std::size_t now, std::size_t seat) {
    inside.fetch_add(1, std::memory_order_seq_cst);
    if (generation.load(std::memory_order_seq_cst) == now && seat < loop.seats) loop.work(seat);
    inside.fetch_sub(1, std::memory_order_release);
  }

  bool spin_until_changed(std::size_t now) const {
    const auto deadline = Clock::now() + kSpin;
    do {
      for (int i = 0; i < kPauses; ++i) {
        if (generation.load(std::memory_order_acquire) != now || stop.load()) return true;
        pause();
      }
    } while (Clock::now() < deadline);
    return false;
  }

  // `parked` is raised before the generation is read, and open() reads it after the generation
  // has changed: either the worker sees the loop or open() sees the worker.
  void park(std::size_t now) {
    std::unique_lock<std::mutex> lock(parking);
    parked.fetch_add(1, std::memory_order_seq_cst);
    wake.wait(lock, [&] { return generation.load() != now || stop.load(); });
    parked.fetch_sub(1, std::memory_order_relaxed);
  }

  void wake_parked() {
    {
      const std::lock_guard<std::mutex> lock(parking);
    }  // whoever checks now goes to wait first
    wake.notify_all();
  }

  // Called by the owner.
  void open() {
    while (workers.size() + 1 < threads) {
      workers.emplace_back([this, seat = workers.size() + 1] { serve(seat); });
      placement.add(workers.back());
    }
    placement.make_room(workers);
    generation.fetch_add(1, std::memory_order_seq_cst);
    if (parked.load(std::memory_order_seq_cst) != 0) wake_parked();
  }

  // A worker that lost its CPU to another process may hold a task for a while; the caller then
  // gives up its own CPU rather than keep the worker from it.
  void close() {
    generation.fetch_add(1, std::memory_order_seq_cst);
    for (int spins = 0; inside.load(std::memory_order_seq_cst) != 0; ++spins) {
      if (spins < kPausesBeforeYield) {
        pause();
      } else {
        std::this_thread::yield();
      }
    }
  }

  void join() {
    stop = true;
    wake_parked();
    for (std::thread& worker : workers) worker.join();
    workers.clear();
    stop = false;
  }
};

// Never destroyed: at exit workers may still be spinning, and the system ends them.
ThreadPool& ThreadPool::instance() {
  static ThreadPool* const pool = new ThreadPool;
  return *pool;
}

ThreadPool::ThreadPool() : state_(std::make_unique<State>(default_threads())) {
  // Threads do not survive fork(): the child leaves the old state alone and takes a new one.
  pthread_atfork(nullptr, nullptr, [] {
    ThreadPool& pool = instance();
    const std::size_t threads = pool.state_->threads;
    static_cast<void>(pool.state_.release());
    pool.state_ = std::make_unique<State>(threads);
  });
}

ThreadPool::~ThreadPool() { state_->join(); }

std::size_t ThreadPool::threads() const { return state_->threads; }

void ThreadPool::set_threads(std::size_t threads) {
  require(threads >= 1 && threads <= kMaxThreads, ErrorKind::kValue, "threads: ", threads,
          " is not from 1 to ", kMaxThreads);
  threads = std::min(threads, allowed_threads());
  const std::lock_guard<std::mutex> lock(state_->owner);
  if (threads == state_->threads) return;
  state_->join();
  state_->threads = threads;
  state_->placement = Placement(threads);
}

void ThreadPool::run(std::size_t tasks, std::size_t limit, Call call, void* context) {
  State& state = *state_;
  const std::size_t seats = std::min({state.threads.load(), limit, tasks});
  std::unique_lock<std::mutex> owner(state.owner, std::defer_lock);
  if (seats <= 1 || !owner.try_lock()) {
    for (std::size_t task = 0; task < tasks; ++task) call(context, task, 0);
    return;
  }

  Loop& loop = state.loop;
  loop.call = call;
  loop.context = context;
  loop.tasks = tasks;
  loop.seats = seats;
  loop.error = nullptr;
  loop.hand_out(0);
  state.open();
  loop.work(0);
  state.close();
  if (loop.error) std::rethrow_exception(loop.error);
}

}  // namespace fastcnn::cpu
