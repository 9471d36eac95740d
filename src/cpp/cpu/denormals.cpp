#include "cpu/denormals.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace fastcnn::cpu {
namespace {

#if defined(__x86_64__)
constexpr unsigned long long kFlushBits = 0x8040;  // MXCSR: flush to zero, denormals are zero
unsigned long long read_control() { return _mm_getcsr(); }
void write_control(unsigned long long value) { _mm_setcsr(static_cast<unsigned>(value)); }
#elif defined(__aarch64__)
constexpr unsigned long long kFlushBits = 1ull << 24;  // FPCR.FZ
unsigned long long read_control() {
  unsigned long long value;
  asm volatile("mrs %0, fpcr" : "=r"(value));
  return value;
}
void write_control(unsigned long long value) { asm volatile("msr fpcr, %0" : : "r"(value)); }
#else
constexpr unsigned long long kFlushBits = 0;
unsigned long long read_control() { return 0; }
void write_control(unsigned long long) {}
#endif

}  // namespace

FlushDenormals::FlushDenormals() : saved_(read_control()) { write_control(saved_ | kFlushBits); }

FlushDenormals::~FlushDenormals() { write_control(saved_); }

KeepDenormals::KeepDenormals() : saved_(read_control()) { write_control(saved_ & ~kFlushBits); }

KeepDenormals::~KeepDenormals() { write_control(saved_); }

}  // namespace fastcnn::cpu
