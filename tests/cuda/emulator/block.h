#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "emulator/config.h"
#include "emulator/fiber.h"
#include "emulator/shared_memory.h"
#include "emulator/vocabulary.h"

namespace emulator {

constexpr int kWarp = 32;

// A copy from global to shared memory that has not landed yet.
struct AsyncCopy {
  void* dst;
  const void* src;
  int bytes;
  int src_bytes;  // the rest of `bytes` becomes zero
};

// One CUDA thread.
struct Thread {
  enum class State { kReady, kAtBarrier, kInWarp, kDone };

  explicit Thread(std::size_t stack_bytes) : fiber(stack_bytes) {}

  Fiber fiber;
  Coordinates at;
  State state = State::kDone;
  const char* waits_for = "";
  const char* file = "";
  int line = 0;
  std::vector<AsyncCopy> open_group;
  std::vector<std::vector<AsyncCopy>> groups;
};

// Lanes of one warp that exchange values under one mask. Two slots: a lane may come to the next
// collective before the last one has read this one's values.
struct Collective {
  std::uint32_t arrived = 0;
  std::uint64_t round = 0;
  const char* what = nullptr;
  std::size_t bytes = 0;
  alignas(16) std::uint8_t slots[2][kWarp][64];
};

// What one OS thread needs to run blocks, one after another.
class BlockRunner {
 public:
  void run(const std::string& kernel, const std::function<void()>& body, dim3 grid, dim3 block,
           std::size_t shared_bytes, std::uint64_t index, std::mt19937_64& rng);

  // What the blocks did comes before what this OS thread does next; block comes before no block.
  void join();

  Thread& current() { return *current_; }
  void barrier(const char* file, int line);
  int barrier_reduce(int op, int predicate, const char* file, int line);
  const Collective& exchange(std::uint32_t mask, const void* value, std::size_t bytes,
                             const char* what, bool orders_memory, int& slot);
  void push_copy(const AsyncCopy& copy);
  void commit_copies();
  void wait_copies(int allowed);

  SharedMemory shared;
  Counters counters;

  [[noreturn]] void fail(const std::string& message) const;

 private:
  static void enter();
  void live_through();
  void prepare(dim3 grid, dim3 block, std::uint64_t index);
  void schedule(std::mt19937_64& rng);
  bool turn(int warp, std::mt19937_64& rng);
  void open_barrier();
  void wait(Thread::State state, const char* what);
  std::string deadlock() const;

  Home* home_ = nullptr;
  std::string kernel_;
  const std::function<void()>* body_ = nullptr;
  std::vector<std::unique_ptr<Thread>> threads_;
  std::array<std::vector<std::unique_ptr<Thread>>, 3> resting_;  // for the race detector
  std::size_t next_set_ = 0;
  std::vector<std::map<std::uint32_t, Collective>> warps_;
  Thread* current_ = nullptr;
  int count_ = 0;    // threads of this block
  int live_ = 0;     // of them, not done
  int arrived_ = 0;  // of them, at the barrier
  std::uint64_t barriers_ = 0;
  int reduced_[2][3] = {};
  std::uint64_t coin_ = 0;
  std::exception_ptr error_;
  char start_ = 0;  // addresses by which the race detector is told what comes before what
  char end_ = 0;
  char barrier_[2] = {};
};

// The runner whose kernel is running on this OS thread.
extern thread_local BlockRunner* runner;

std::string describe(const Coordinates& at);

}  // namespace emulator
