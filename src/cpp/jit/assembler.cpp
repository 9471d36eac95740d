#include "jit/assembler.h"

#include <limits>

#include "base/error.h"

namespace fastcnn::jit {
namespace {

constexpr int kVector = 64;
constexpr int kFloat = 4;
constexpr Zmm kNone{0};

int number_of(Reg reg) { return static_cast<int>(reg); }

}  // namespace

void Assembler::align(std::size_t bytes) {
  while (code_.size() % bytes != 0) byte(0xCC);
}

void Assembler::number(std::int64_t value) {
  require(value >= std::numeric_limits<std::int32_t>::min() &&
              value <= std::numeric_limits<std::int32_t>::max(),
          ErrorKind::kInternal, "jit: ", value, " does not fit 32 bits");
  for (int shift = 0; shift < 32; shift += 8) byte(static_cast<int>(value >> shift & 0xFF));
}

// `rm_high` and `rm_very_high`: bits 3 and 4 of what ModRM names; for memory the latter is unused.
void Assembler::evex(const Evex& op, int reg, int second, bool rm_high, bool rm_very_high) {
  byte(0x62);
  byte(((reg & 8) != 0 ? 0 : 0x80) | (rm_very_high ? 0 : 0x40) | (rm_high ? 0 : 0x20) |
       ((reg & 16) != 0 ? 0 : 0x10) | op.map);
  byte((~second & 15) << 3 | 4 | op.prefix);
  byte((op.zero ? 0x80 : 0) | 0x40 | (op.broadcast ? 0x10 : 0) | ((second & 16) != 0 ? 0 : 8) |
       op.mask);
  byte(op.opcode);
}

void Assembler::evex(const Evex& op, Zmm reg, Zmm second, Zmm rm) {
  evex(op, reg.number, second.number, (rm.number & 8) != 0, (rm.number & 16) != 0);
  byte(0xC0 | (reg.number & 7) << 3 | (rm.number & 7));
}

void Assembler::evex(const Evex& op, Zmm reg, Zmm second, Address rm, int unit) {
  evex(op, reg.number, second.number, number_of(rm.base) >= 8, false);
  address(reg.number, rm, unit);
}

void Assembler::address(int reg, Address memory, int unit) {
  const int base = number_of(memory.base) & 7;
  const std::int64_t units = memory.displacement / unit;
  const bool one_byte = memory.displacement % unit == 0 && units >= -128 && units <= 127;
  const bool none = memory.displacement == 0 && base != 5;  // rbp and r13 need one
  byte((none ? 0 : one_byte ? 0x40 : 0x80) | (reg & 7) << 3 | base);
  if (base == 4) byte(0x24);  // rsp and r12: a SIB byte without an index
  if (none) return;
  if (one_byte) {
    byte(static_cast<int>(units & 0xFF));
  } else {
    number(memory.displacement);
  }
}

void Assembler::load(Zmm to, Address from) { evex({1, 0, 0x10}, to, kNone, from, kVector); }
void Assembler::store(Address to, Zmm from) { evex({1, 0, 0x11}, from, kNone, to, kVector); }
void Assembler::store(Address to, Mask lanes, Zmm from) {
  evex({1, 0, 0x11, lanes.number}, from, kNone, to, kVector);
}
void Assembler::broadcast(Zmm to, Address from) { evex({2, 1, 0x18}, to, kNone, from, kFloat); }
void Assembler::add_product(Zmm sum, Zmm a, Address b) {
  evex({2, 1, 0xB8, 0, false, true}, sum, a, b, kFloat);
}
void Assembler::add_product(Zmm sum, Zmm a, Zmm b) { evex({2, 1, 0xB8}, sum, a, b); }
void Assembler::multiply(Zmm to, Zmm a, Address b) {
  evex({1, 0, 0x59, 0, false, true}, to, a, b, kFloat);
}
void Assembler::add(Zmm to, Zmm a, Zmm b) { evex({1, 0, 0x58}, to, a, b); }
void Assembler::add(Zmm to, Zmm a, Address b) { evex({1, 0, 0x58}, to, a, b, kVector); }
void Assembler::min(Zmm to, Zmm a, Zmm b) { evex({1, 0, 0x5D}, to, a, b); }
void Assembler::max(Zmm to, Zmm a, Zmm b) { evex({1, 0, 0x5F}, to, a, b); }
void Assembler::min(Zmm to, Mask lanes, Zmm a, Zmm b) {
  evex({1, 0, 0x5D, lanes.number, true}, to, a, b);
}
void Assembler::max(Zmm to, Mask lanes, Zmm a, Zmm b) {
  evex({1, 0, 0x5F, lanes.number, true}, to, a, b);
}
void Assembler::move(Zmm to, Mask lanes, Zmm from) {
  evex({1, 0, 0x28, lanes.number, true}, to, kNone, from);
}
void Assembler::align_lanes(Zmm to, Zmm high, Zmm low, int lane) {
  evex({3, 1, 0x03}, to, high, low);
  byte(lane);
}
void Assembler::clear(Zmm to) { evex({1, 1, 0xEF}, to, to, to); }

void Assembler::load(Mask to, Address from) {
  // VEX with two bytes reaches the first eight registers, with three all.
  if (number_of(from.base) < 8) {
    byte(0xC5);
    byte(0xF8);
  } else {
    byte(0xC4);
    byte(0xC1);
    byte(0x78);
  }
  byte(0x90);
  address(to.number, from, 1);
}

void Assembler::rex(int reg, int rm) {
  byte(0x48 | ((reg & 8) != 0 ? 4 : 0) | ((rm & 8) != 0 ? 1 : 0));
}

void Assembler::load(Reg to, Address from) {
  rex(number_of(to), number_of(from.base));
  byte(0x8B);
  address(number_of(to), from, 1);
}

void Assembler::move(Reg to, Reg from) {
  rex(number_of(from), number_of(to));
  byte(0x89);
  byte(0xC0 | (number_of(from) & 7) << 3 | (number_of(to) & 7));
}

void Assembler::add(Reg to, std::int64_t value) {
  if (value == 0) return;
  rex(0, number_of(to));
  const bool one_byte = value >= -128 && value <= 127;
  byte(one_byte ? 0x83 : 0x81);
  byte(0xC0 | (number_of(to) & 7));
  if (one_byte) {
    byte(static_cast<int>(value & 0xFF));
  } else {
    number(value);
  }
}

void Assembler::subtract(Reg to, std::int64_t value) {
  rex(0, number_of(to));
  byte(0x81);
  byte(0xE8 | (number_of(to) & 7));
  number(value);
}

void Assembler::compare(Reg a, Reg b) {
  rex(number_of(b), number_of(a));
  byte(0x39);
  byte(0xC0 | (number_of(b) & 7) << 3 | (number_of(a) & 7));
}

void Assembler::push(Reg from) {
  if (number_of(from) >= 8) byte(0x41);
  byte(0x50 | (number_of(from) & 7));
}

void Assembler::pop(Reg to) {
  if (number_of(to) >= 8) byte(0x41);
  byte(0x58 | (number_of(to) & 7));
}

void Assembler::prefetch(Address from, int level) {
  if (number_of(from.base) >= 8) byte(0x41);
  byte(0x0F);
  byte(0x18);
  address(level + 1, from, 1);
}

void Assembler::jump_if_not_zero(std::size_t to) {
  byte(0x0F);
  byte(0x85);
  number(static_cast<std::int64_t>(to) - static_cast<std::int64_t>(code_.size()) - 4);
}

void Assembler::begin_function() {
  for (const int value : {0xF3, 0x0F, 0x1E, 0xFA}) byte(value);
}

void Assembler::clear_upper() {
  for (const int value : {0xC5, 0xF8, 0x77}) byte(value);
}

void Assembler::leave() { byte(0xC3); }

}  // namespace fastcnn::jit
