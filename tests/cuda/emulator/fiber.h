#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define EMULATOR_ASAN 1
#else
#define EMULATOR_ASAN 0
#endif
// The race detector must not watch the scheduler, so that the emulator itself is compiled without
// -fsanitize=thread and told by this macro that the kernels are compiled with it.
#if !defined(EMULATOR_TSAN)
#define EMULATOR_TSAN 0
#endif

namespace emulator {

// The stack of the OS thread that resumes fibers.
struct Home {
  Home();

  void* stack_pointer = nullptr;
  void* fake_stack = nullptr;          // ASan's
  const void* stack_bottom = nullptr;  // as ASan sees it
  std::size_t stack_bytes = 0;
  void* tsan = nullptr;
};

// A function with a stack of its own, which runs until it gives way and goes on from there.
class Fiber {
 public:
  explicit Fiber(std::size_t stack_bytes);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // The next resume() calls `entry`, which must call arrive() first and leave by yield(home, true)
  // at last. What the fiber was doing is forgotten: its destructors never run.
  void start(void (*entry)());

  void resume(Home& home);
  void arrive(Home& home);
  void yield(Home& home, bool for_good = false);

 private:
  void* stack_pointer_ = nullptr;
  char* stack_;
  std::size_t stack_bytes_;
  void* fake_stack_ = nullptr;
  void* tsan_ = nullptr;
};

// What the sanitizers are told; each does nothing in a build without them.
void annotate_release(void* at);  // what this thread did happens before ...
void annotate_acquire(void* at);  // ... what that thread does from here on
void poison(const void* from, std::size_t bytes);
void unpoison(const void* from, std::size_t bytes);

// While one lives, the race detector does not watch its thread: the emulator's own bookkeeping.
class Unwatched {
 public:
  Unwatched();
  ~Unwatched();
  Unwatched(const Unwatched&) = delete;
  Unwatched& operator=(const Unwatched&) = delete;
};

}  // namespace emulator
