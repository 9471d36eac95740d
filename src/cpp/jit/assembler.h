#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fastcnn::jit {

// General registers, by their numbers.
enum class Reg : std::uint8_t {
  kRax,
  kRcx,
  kRdx,
  kRbx,
  kRsp,
  kRbp,
  kRsi,
  kRdi,
  kR8,
  kR9,
  kR10,
  kR11,
  kR12,
  kR13,
  kR14,
  kR15,
};

// A vector register of 16 floats, 0 to 31.
struct Zmm {
  std::uint8_t number;
};

// A register of 16 bits that mask lanes, 1 to 7.
struct Mask {
  std::uint8_t number;
};

// Memory at a register plus a displacement in bytes.
struct Address {
  Reg base;
  std::int64_t displacement;
};

// Writes the machine code of the few instructions that our generated kernels are made of, for
// x86-64 with AVX-512F. Bytes go to a plain vector: nothing here can be executed yet.
//
// Displacements take one byte where they can (of vectors in units of what is accessed), else four.
// One that does not fit throws kInternal, as does a jump.
class Assembler {
 public:
  const std::vector<std::uint8_t>& code() const { return code_; }
  std::size_t size() const { return code_.size(); }
  void align(std::size_t bytes);  // with int3: never run

  // Vectors of float32. `from` where two sources are named: (a, b) as in Intel's order.
  void load(Zmm to, Address from);                        // vmovups
  void store(Address to, Zmm from);                       // vmovups
  void store(Address to, Mask lanes, Zmm from);           // vmovups, other lanes stay
  void broadcast(Zmm to, Address from);                   // vbroadcastss
  void add_product(Zmm sum, Zmm a, Address b);            // vfmadd231ps sum, a, b{1to16}
  void add_product(Zmm sum, Zmm a, Zmm b);                // vfmadd231ps
  void multiply(Zmm to, Zmm a, Address b);                // vmulps to, a, b{1to16}
  void add(Zmm to, Zmm a, Zmm b);                         // vaddps
  void add(Zmm to, Zmm a, Address b);                     // vaddps
  void min(Zmm to, Zmm a, Zmm b);                         // vminps: b where either is NaN
  void max(Zmm to, Zmm a, Zmm b);                         // vmaxps: b where either is NaN
  void min(Zmm to, Mask lanes, Zmm a, Zmm b);             // other lanes become zero
  void max(Zmm to, Mask lanes, Zmm a, Zmm b);             // other lanes become zero
  void move(Zmm to, Mask lanes, Zmm from);                // vmovaps; other lanes become zero
  void align_lanes(Zmm to, Zmm high, Zmm low, int lane);  // valignd: lanes of low from `lane` on,
                                                          // then those of high
  void clear(Zmm to);                                     // vpxord
  void load(Mask to, Address from);                       // kmovw

  void load(Reg to, Address from);             // mov, 64 bits
  void move(Reg to, Reg from);                 // mov
  void add(Reg to, std::int64_t number);       // add; nothing where number is 0
  void subtract(Reg to, std::int64_t number);  // sub
  void compare(Reg a, Reg b);                  // cmp
  void push(Reg from);
  void pop(Reg to);
  void prefetch(Address from, int level);  // prefetcht0, prefetcht1
  void jump_if_not_zero(std::size_t to);   // jnz, to a place in the code
  void begin_function();                   // endbr64
  void clear_upper();                      // vzeroupper
  void leave();                            // ret

 private:
  // The fields of an EVEX prefix and its opcode.
  struct Evex {
    int map;     // 1: 0F, 2: 0F38, 3: 0F3A
    int prefix;  // 0: none, 1: 66
    int opcode;
    int mask = 0;
    bool zero = false;
    bool broadcast = false;
  };

  void byte(int value) { code_.push_back(static_cast<std::uint8_t>(value)); }
  void number(std::int64_t value);  // 32 bits
  void evex(const Evex& op, int reg, int second, bool rm_high, bool rm_very_high);
  void evex(const Evex& op, Zmm reg, Zmm second, Zmm rm);
  void evex(const Evex& op, Zmm reg, Zmm second, Address rm, int unit);
  // ModRM, SIB and displacement; one-byte displacements count in `unit`.
  void address(int reg, Address memory, int unit);
  void rex(int reg, int rm);

  std::vector<std::uint8_t> code_;
};

}  // namespace fastcnn::jit
