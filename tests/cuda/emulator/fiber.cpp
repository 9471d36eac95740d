#include "emulator/fiber.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstring>
#include <new>

#if EMULATOR_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if EMULATOR_TSAN
#include <sanitizer/tsan_interface.h>
extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
}
#endif

// Saves the registers a call must keep on the old stack, leaves its address at `from`, and returns
// on the stack `to`.
extern "C" void emulator_switch_stack(void** from, void* to);

#if defined(__x86_64__)

asm(R"(
.text
.globl emulator_switch_stack
.type emulator_switch_stack, @function
emulator_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size emulator_switch_stack, .-emulator_switch_stack
)");

static void* first_frame(char* top, void (*entry)()) {
  auto* stack =
      reinterpret_cast<void**>(reinterpret_cast<std::uintptr_t>(top) & ~std::uintptr_t{15});
  *--stack = nullptr;  // entry() finds the stack as after a call: 8 bytes off a multiple of 16
  *--stack = reinterpret_cast<void*>(entry);
  for (int i = 0; i < 6; ++i) *--stack = nullptr;
  return stack;
}

#elif defined(__aarch64__)

asm(R"(
.text
.globl emulator_switch_stack
.type emulator_switch_stack, %function
emulator_switch_stack:
  sub sp, sp, #160
  stp x19, x20, [sp, #0]
  stp x21, x22, [sp, #16]
  stp x23, x24, [sp, #32]
  stp x25, x26, [sp, #48]
  stp x27, x28, [sp, #64]
  stp x29, x30, [sp, #80]
  stp d8, d9, [sp, #96]
  stp d10, d11, [sp, #112]
  stp d12, d13, [sp, #128]
  stp d14, d15, [sp, #144]
  mov x9, sp
  str x9, [x0]
  mov sp, x1
  ldp x19, x20, [sp, #0]
  ldp x21, x22, [sp, #16]
  ldp x23, x24, [sp, #32]
  ldp x25, x26, [sp, #48]
  ldp x27, x28, [sp, #64]
  ldp x29, x30, [sp, #80]
  ldp d8, d9, [sp, #96]
  ldp d10, d11, [sp, #112]
  ldp d12, d13, [sp, #128]
  ldp d14, d15, [sp, #144]
  add sp, sp, #160
  ret
)");

static void* first_frame(char* top, void (*entry)()) {
  char* stack =
      reinterpret_cast<char*>(reinterpret_cast<std::uintptr_t>(top) & ~std::uintptr_t{15}) - 160;
  std::memset(stack, 0, 160);
  reinterpret_cast<void**>(stack)[11] = reinterpret_cast<void*>(entry);  // x30: the return address
  return stack;
}

#else
#error "emulator: emulator_switch_stack() is written for x86-64 and AArch64"
#endif

namespace emulator {
namespace {

constexpr std::size_t kGuardPage = 4096;  // a stack that grows too long faults there

}  // namespace

Home::Home() {
#if EMULATOR_TSAN
  tsan = __tsan_get_current_fiber();
#endif
}

Fiber::Fiber(std::size_t stack_bytes) : stack_bytes_(stack_bytes) {
  void* memory = mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  stack_ = static_cast<char*>(memory);
  mprotect(stack_, kGuardPage, PROT_NONE);
#if EMULATOR_TSAN
  tsan_ = __tsan_create_fiber(0);
#endif
}

Fiber::~Fiber() {
  unpoison(stack_ + kGuardPage, stack_bytes_ - kGuardPage);
  munmap(stack_, stack_bytes_);
#if EMULATOR_TSAN
  __tsan_destroy_fiber(tsan_);
#endif
}

void Fiber::start(void (*entry)()) {
  unpoison(stack_ + kGuardPage, stack_bytes_ - kGuardPage);
  fake_stack_ = nullptr;
  stack_pointer_ = first_frame(stack_ + stack_bytes_, entry);
}

void Fiber::resume(Home& home) {
#if EMULATOR_ASAN
  __sanitizer_start_switch_fiber(&home.fake_stack, stack_, stack_bytes_);
#endif
#if EMULATOR_TSAN
  __tsan_switch_to_fiber(tsan_, __tsan_switch_to_fiber_no_sync);
#endif
  emulator_switch_stack(&home.stack_pointer, stack_pointer_);
#if EMULATOR_ASAN
  __sanitizer_finish_switch_fiber(home.fake_stack, nullptr, nullptr);
#endif
}

void Fiber::arrive([[maybe_unused]] Home& home) {
#if EMULATOR_ASAN
  __sanitizer_finish_switch_fiber(fake_stack_, &home.stack_bottom, &home.stack_bytes);
#endif
}

void Fiber::yield(Home& home, [[maybe_unused]] bool for_good) {
#if EMULATOR_ASAN
  __sanitizer_start_switch_fiber(for_good ? nullptr : &fake_stack_, home.stack_bottom,
                                 home.stack_bytes);
#endif
#if EMULATOR_TSAN
  __tsan_switch_to_fiber(home.tsan, __tsan_switch_to_fiber_no_sync);
#endif
  emulator_switch_stack(&stack_pointer_, home.stack_pointer);
#if EMULATOR_ASAN
  __sanitizer_finish_switch_fiber(fake_stack_, nullptr, nullptr);
#endif
}

void annotate_release([[maybe_unused]] void* at) {
#if EMULATOR_TSAN
  __tsan_release(at);
#endif
}

void annotate_acquire([[maybe_unused]] void* at) {
#if EMULATOR_TSAN
  __tsan_acquire(at);
#endif
}

Unwatched::Unwatched() {
#if EMULATOR_TSAN
  AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
#endif
}

Unwatched::~Unwatched() {
#if EMULATOR_TSAN
  AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
  AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
#endif
}

void poison([[maybe_unused]] const void* from, [[maybe_unused]] std::size_t bytes) {
#if EMULATOR_ASAN
  __asan_poison_memory_region(from, bytes);
#endif
}

void unpoison([[maybe_unused]] const void* from, [[maybe_unused]] std::size_t bytes) {
#if EMULATOR_ASAN
  __asan_unpoison_memory_region(from, bytes);
#endif
}

}  // namespace emulator
