#include "emulator/block.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <stdexcept>

namespace emulator {

thread_local BlockRunner* runner = nullptr;
thread_local const Coordinates* coordinates = nullptr;

std::string describe(const Coordinates& at) {
  const auto triple = [](const auto& v) {
    return "(" + std::to_string(v.x) + "," + std::to_string(v.y) + "," + std::to_string(v.z) + ")";
  };
  return "block " + triple(at.block) + " thread " + triple(at.thread);
}

void BlockRunner::fail(const std::string& message) const {
  throw std::runtime_error(kernel_ + ": " + (current_ ? describe(current_->at) + ": " : "") +
                           message);
}

void BlockRunner::run(const std::string& kernel, const std::function<void()>& body, dim3 grid,
                      dim3 block, std::size_t shared_bytes, std::uint64_t index,
                      std::mt19937_64& rng) {
  const Unwatched unwatched;
  Home home;
  home_ = &home;
  kernel_ = kernel;
  body_ = &body;
  error_ = nullptr;
  runner = this;
  shared.begin(shared_bytes);
  prepare(grid, block, index);
  annotate_release(&start_);
  schedule(rng);
  runner = nullptr;
  coordinates = nullptr;
  if (error_) std::rethrow_exception(error_);
  shared.end(kernel);
  counters.blocks += 1;
  counters.threads += static_cast<std::uint64_t>(count_);
}

void BlockRunner::join() { annotate_acquire(&end_); }

void BlockRunner::prepare(dim3 grid, dim3 block, std::uint64_t index) {
#if EMULATOR_TSAN
  // A thread of the last block is another thread, with another stack, and the detector must not
  // take the one for the other. To make threads takes it long, so that some sets of them take
  // turns.
  threads_.swap(resting_[next_set_]);
  next_set_ = (next_set_ + 1) % resting_.size();
#endif
  count_ = live_ = static_cast<int>(block.x * block.y * block.z);
  arrived_ = 0;
  const uint3 at{static_cast<unsigned>(index % grid.x),
                 static_cast<unsigned>(index / grid.x % grid.y),
                 static_cast<unsigned>(index / grid.x / grid.y)};
  warps_.assign(static_cast<std::size_t>((count_ + kWarp - 1) / kWarp), {});
  while (static_cast<int>(threads_.size()) < count_) {
    threads_.push_back(std::make_unique<Thread>(config().stack_bytes));
  }
  for (int i = 0; i < count_; ++i) {
    Thread& thread = *threads_[static_cast<std::size_t>(i)];
    const unsigned u = static_cast<unsigned>(i);
    thread.at = {{u % block.x, u / block.x % block.y, u / block.x / block.y},
                 at,
                 block,
                 grid,
                 i % kWarp,
                 i / kWarp};
    thread.state = Thread::State::kReady;
    thread.open_group.clear();
    thread.groups.clear();
    thread.fiber.start(&BlockRunner::enter);
  }
}

// One warp runs as far as it can before the next one has a turn: the largest skew between warps
// that the barriers allow.
void BlockRunner::schedule(std::mt19937_64& rng) {
  coin_ = rng();
  std::vector<int> order(warps_.size());
  std::iota(order.begin(), order.end(), 0);
  while (live_ > 0) {
    if (config().seed != 0) std::shuffle(order.begin(), order.end(), rng);
    bool progress = false;
    for (const int warp : order) {
      while (turn(warp, rng)) progress = true;
      if (error_) return;
    }
    if (!progress) {
      error_ = std::make_exception_ptr(std::runtime_error(deadlock()));
      return;
    }
  }
}

// Each ready lane of a warp in turn; whether there was one.
bool BlockRunner::turn(int warp, std::mt19937_64& rng) {
  int lanes[kWarp];
  std::iota(lanes, lanes + kWarp, 0);
  if (config().seed != 0) std::shuffle(lanes, lanes + kWarp, rng);
  bool progress = false;
  for (const int lane : lanes) {
    const int i = warp * kWarp + lane;
    if (i >= count_) continue;
    Thread& thread = *threads_[static_cast<std::size_t>(i)];
    if (thread.state != Thread::State::kReady) continue;
    current_ = &thread;
    coordinates = &thread.at;
    thread.fiber.resume(*home_);
    current_ = nullptr;
    progress = true;
    if (error_) return false;
  }
  return progress;
}

void BlockRunner::enter() {
  runner->live_through();
  __builtin_trap();  // a thread that is done is never resumed
}

void BlockRunner::live_through() {
  Thread& thread = *current_;
  thread.fiber.arrive(*home_);
  annotate_acquire(&start_);
  try {
    (*body_)();
  } catch (...) {
    if (!error_) error_ = std::current_exception();
  }
  annotate_release(&end_);
  thread.state = Thread::State::kDone;
  --live_;
  if (live_ > 0 && arrived_ == live_ && !error_) {
    // The hardware would let the others pass; the guide calls it undefined, and so do we.
    for (int i = 0; i < count_; ++i) {
      const Thread& other = *threads_[static_cast<std::size_t>(i)];
      if (other.state != Thread::State::kAtBarrier) continue;
      error_ = std::make_exception_ptr(
          std::runtime_error(kernel_ + ": barrier divergence: " + describe(thread.at) +
                             " has exited, " + describe(other.at) + " waits at __syncthreads " +
                             other.file + ":" + std::to_string(other.line)));
      break;
    }
  }
  thread.fiber.yield(*home_, true);
}

void BlockRunner::wait(Thread::State state, const char* what) {
  Thread& thread = *current_;
  thread.state = state;
  thread.waits_for = what;
  thread.fiber.yield(*home_);
}

void BlockRunner::open_barrier() {
  for (int i = 0; i < count_; ++i) {
    Thread& thread = *threads_[static_cast<std::size_t>(i)];
    if (thread.state != Thread::State::kAtBarrier) continue;
    if (thread.line != current_->line || std::strcmp(thread.file, current_->file) != 0) {
      fail("barrier divergence: this thread is at " + std::string(current_->file) + ":" +
           std::to_string(current_->line) + ", " + describe(thread.at) + " at line " +
           std::to_string(thread.line));
    }
    thread.state = Thread::State::kReady;
  }
  arrived_ = 0;
  ++barriers_;
  ++counters.barriers;
}

void BlockRunner::barrier(const char* file, int line) {
  char* const order = &barrier_[barriers_ % 2];
  annotate_release(order);
  current_->file = file;
  current_->line = line;
  if (++arrived_ == live_) {
    open_barrier();
  } else {
    wait(Thread::State::kAtBarrier, "__syncthreads");
  }
  annotate_acquire(order);
}

int BlockRunner::barrier_reduce(int op, int predicate, const char* file, int line) {
  int* const reduced = reduced_[barriers_ % 2];
  if (arrived_ == 0) {
    reduced[0] = 0;
    reduced[1] = 1;
    reduced[2] = 0;
  }
  reduced[0] += predicate != 0;
  reduced[1] &= predicate != 0;
  reduced[2] |= predicate != 0;
  barrier(file, line);
  return reduced[op];
}

std::string BlockRunner::deadlock() const {
  std::string text = kernel_ + ": deadlock:";
  int shown = 0;
  for (int i = 0; i < count_ && shown < 4; ++i) {
    const Thread& thread = *threads_[static_cast<std::size_t>(i)];
    if (thread.state == Thread::State::kDone) continue;
    text += "\n  " + describe(thread.at) + " waits for " + thread.waits_for;
    if (thread.state == Thread::State::kAtBarrier) {
      text += std::string(" at ") + thread.file + ":" + std::to_string(thread.line);
    }
    ++shown;
  }
  return text + "\n  " + std::to_string(count_ - live_) + " of " + std::to_string(count_) +
         " threads have exited";
}

}  // namespace emulator
