// Executes what src/cpp/jit assembles and what kernels/conv2d_sparse generates, with a page that
// cannot be touched behind every array. Prints what is wrong; `dump FILE` writes one instruction of
// each kind for a disassembler.

#include <sys/mman.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <limits>
#include <random>
#include <vector>

#include "base/error.h"
#include "jit/assembler.h"
#include "jit/executable_memory.h"
#include "kernels/conv2d_sparse/generated.h"

using namespace fastcnn;
using jit::Address;
using jit::Assembler;
using jit::Mask;
using jit::Reg;
using jit::Zmm;

namespace {

int failures = 0;

void expect(bool condition, const char* what, long detail = 0) {
  if (condition) return;
  std::printf("wrong: %s (%ld)\n", what, detail);
  ++failures;
}

// `count` floats, the last of which ends where a page begins that cannot be touched.
class Guarded {
 public:
  explicit Guarded(std::size_t count) : bytes_((count * 4 + 4095) / 4096 * 4096) {
    mapped_ = static_cast<char*>(
        mmap(nullptr, bytes_ + 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(mapped_ + 4096, bytes_, PROT_READ | PROT_WRITE);
    data = reinterpret_cast<float*>(mapped_ + 4096 + bytes_ - count * 4);
  }
  ~Guarded() { munmap(mapped_, bytes_ + 8192); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  float* data;

 private:
  std::size_t bytes_;
  char* mapped_;
};

Zmm zmm(int number) { return {static_cast<std::uint8_t>(number)}; }

template <typename Body>
void call(Body&& body, void* argument) {
  Assembler code;
  code.begin_function();
  body(code);
  code.clear_upper();
  code.leave();
  const jit::ExecutableMemory memory(code.code());
  memory.function<void(void*)>(0)(argument);
}

// Every pair of vector registers and every base register, with displacements of all sizes.
void test_vectors() {
  const Reg bases[] = {Reg::kRax, Reg::kRcx, Reg::kRdx, Reg::kRsi, Reg::kRdi, Reg::kR8,
                       Reg::kR9,  Reg::kR10, Reg::kR11, Reg::kRbp, Reg::kR12, Reg::kR13};
  std::vector<float> memory(1 << 16);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i % 1000);
  const std::int64_t places[] = {0, 64, 128, 8128, 8192, 12, 100000, 512};
  for (int base = 0; base < 12; ++base) {
    for (const std::int64_t place : places) {
      for (int a = 0; a < 32; a += 5) {
        const int b = (a + 7 + base) % 32;
        if (a == b) continue;
        std::vector<float> own = memory;
        call(
            [&](Assembler& code) {
              const Reg reg = bases[base];
              code.push(Reg::kRbp);
              code.push(Reg::kR12);
              code.push(Reg::kR13);
              code.move(reg, Reg::kRdi);
              code.load(zmm(a), {reg, place});
              code.broadcast(zmm(b), {reg, place + 4});
              code.add_product(zmm(a), zmm(b), Address{reg, place + 8});  // x[l] + x[1] * x[2]
              code.add_product(zmm(a), zmm(b), zmm(b));                   // + x[1] * x[1]
              code.add(zmm(a), zmm(a), Address{reg, place});
              code.store({reg, 64 * 1024}, zmm(a));
              code.pop(Reg::kR13);
              code.pop(Reg::kR12);
              code.pop(Reg::kRbp);
            },
            own.data());
        const float* const x = memory.data() + place / 4;
        for (int l = 0; l < 16; ++l) {
          const float truth = x[l] + x[1] * x[2] + x[1] * x[1] + x[l];
          expect(own[16 * 1024 + l] == truth, "vectors", base * 1000 + a);
        }
      }
    }
  }
}

void test_lanes() {
  float memory[128] = {};
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (int i = 0; i < 32; ++i) memory[i] = static_cast<float>(i - 8);
  memory[3] = nan;
  const std::uint16_t mask = 0x5A3C;
  std::memcpy(memory + 127, &mask, sizeof mask);
  for (const int lane : {0, 1, 7, 15}) {
    call(
        [&](Assembler& code) {
          code.load(Mask{1}, {Reg::kRdi, 127 * 4});
          code.move(Reg::kR9, Reg::kRdi);
          code.load(Mask{2}, {Reg::kR9, 127 * 4});
          code.load(zmm(17), {Reg::kRdi, 0});
          code.load(zmm(2), {Reg::kRdi, 64});
          code.align_lanes(zmm(30), zmm(2), zmm(17), lane);
          code.store({Reg::kRdi, 128}, zmm(30));
          code.clear(zmm(20));
          code.max(zmm(21), Mask{1}, zmm(20), zmm(17));
          code.store({Reg::kRdi, 192}, zmm(21));
          code.min(zmm(22), zmm(20), zmm(17));
          code.move(zmm(22), Mask{2}, zmm(22));
          code.store({Reg::kRdi, 256}, zmm(22));
          code.store({Reg::kRdi, 320}, Mask{1}, zmm(2));
        },
        memory);
    for (int l = 0; l < 16; ++l) {
      const bool on = (mask >> l & 1) != 0;
      const float x = memory[l];
      const float shifted = memory[l + lane];
      expect(memory[32 + l] == shifted || std::isnan(shifted), "valignd", lane);
      const float high = on ? (std::isnan(x) ? x : std::fmax(0.0f, x)) : 0.0f;
      const float low = on ? (std::isnan(x) ? x : std::fmin(0.0f, x)) : 0.0f;
      expect(std::isnan(high) ? std::isnan(memory[48 + l]) : memory[48 + l] == high, "max", l);
      expect(std::isnan(low) ? std::isnan(memory[64 + l]) : memory[64 + l] == low, "min", l);
      expect(memory[80 + l] == (on ? memory[16 + l] : 0.0f), "masked store", l);
    }
  }
}

void test_loop() {
  std::int64_t numbers[2] = {1000, 0};
  call(
      [](Assembler& code) {
        code.push(Reg::kRbx);
        code.load(Reg::kRbx, {Reg::kRdi, 0});
        code.load(Reg::kR10, {Reg::kRdi, 8});
        const std::size_t loop = code.size();
        code.add(Reg::kR10, 300);
        code.add(Reg::kR10, -100);
        code.subtract(Reg::kR10, 193);
        code.prefetch({Reg::kR10, 4096}, 1);
        code.add(Reg::kRbx, -1);
        code.jump_if_not_zero(loop);
        code.push(Reg::kR10);
        code.pop(Reg::kRax);
        code.compare(Reg::kRax, Reg::kR10);
        code.pop(Reg::kRbx);
        code.move(Reg::kRdx, Reg::kRdi);
        code.move(Reg::kR8, Reg::kR10);
        code.push(Reg::kR8);
        code.pop(Reg::kRcx);
      },
      numbers);
}

void test_limits() {
  Assembler code;
  bool threw = false;
  try {
    code.load(zmm(0), {Reg::kRdi, std::int64_t{1} << 33});
  } catch (const Error&) {
    threw = true;
  }
  expect(threw, "a displacement over 2 GB is refused");
}

// Convolutions of random shapes against a sum in double.
void test_generated() {
  std::mt19937 random(3);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::uniform_real_distribution<float> uniform(-1.0f, 1.0f);
  for (int round = 0; round < 200; ++round) {
    kernels::GeneratedConv conv{};
    conv.groups = 1 + below(3);
    conv.inputs = conv.groups * (1 + below(round % 10 == 0 ? 600 : 20));
    conv.outputs = conv.groups * (1 + below(70));
    conv.places = 1 + below(9);
    const int planes = 1 + below(3);
    for (int t = 0; t < conv.places; ++t) {
      const int shift = below(4) == 0 ? 16 * (below(3) - 1) : below(80) - 40;
      conv.taps.push_back({t, below(planes), below(5) == 0 ? 0 : shift});
    }
    conv.src_plane = conv.inputs;
    conv.src_vector = planes * conv.inputs;
    conv.dst_vector = conv.outputs + below(2);
    conv.residual = below(2) == 0;
    conv.finish = static_cast<kernels::GeneratedFinish>(below(3));
    const int vectors = 1 + below(5);
    conv.vectors = below(2) * vectors;
    const int before = 3, after = 4;
    const double density = below(4) == 0 ? 0.0 : below(100) / 100.0;

    const std::int64_t inputs = conv.inputs / conv.groups;
    std::vector<float> weights(static_cast<std::size_t>(conv.outputs * inputs * conv.places));
    for (float& w : weights) {
      if (random() % 1000 < 1000 * density) w = uniform(random);
    }
    if (below(8) == 0) weights[random() % weights.size()] = 1.0f;
    const auto src_lines = (before + vectors + after) * conv.src_vector;
    Guarded src(static_cast<std::size_t>(src_lines * 16));
    const auto dst_floats =
        static_cast<std::size_t>(((vectors - 1) * conv.dst_vector + conv.outputs) * 16);
    Guarded dst(dst_floats);
    Guarded residual(dst_floats);
    Guarded bias(static_cast<std::size_t>(conv.outputs));
    for (std::int64_t i = 0; i < src_lines * 16; ++i) src.data[i] = uniform(random);
    for (std::size_t i = 0; i < dst_floats; ++i) residual.data[i] = uniform(random);
    for (std::int64_t i = 0; i < conv.outputs; ++i) bias.data[i] = uniform(random);
    std::vector<std::uint16_t> masks;
    for (int v = 0; v < vectors; ++v) masks.push_back(static_cast<std::uint16_t>(random()));

    const kernels::GeneratedCode code(conv, weights.data(), {1});
    const float* const line0 = src.data + before * conv.src_vector * 16;
    for (const auto& part : code.parts()) {
      const kernels::GeneratedCall given{line0 + part.channel * 16,
                                         dst.data + part.row * 16,
                                         conv.residual ? residual.data + part.row * 16 : nullptr,
                                         code.weights(part),
                                         bias.data + part.row,
                                         masks.data(),
                                         vectors,
                                         code.weights(part),
                                         -0.5f,
                                         0.75f};
      code.function(part)(&given);
    }
    for (int v = 0; v < vectors; ++v) {
      for (std::int64_t r = 0; r < conv.outputs; ++r) {
        for (int l = 0; l < 16; ++l) {
          const std::int64_t place = (v * conv.dst_vector + r) * 16 + l;
          double sum = bias.data[r] + (conv.residual ? residual.data[place] : 0.0f);
          double size = std::fabs(sum);
          for (std::int64_t c = 0; c < inputs; ++c) {
            for (const auto& tap : conv.taps) {
              const float w =
                  weights[static_cast<std::size_t>((r * inputs + c) * conv.places + tap.place)];
              const std::int64_t pixel = before * 16 + v * 16 + l + tap.shift;
              const std::int64_t channel = r / (conv.outputs / conv.groups) * inputs + c;
              const double x =
                  src.data[(pixel / 16 * conv.src_vector + tap.plane * conv.src_plane + channel) *
                               16 +
                           pixel % 16];
              sum += w * x;
              size += std::fabs(w * x);
            }
          }
          if (conv.finish != kernels::GeneratedFinish::kNone) sum = std::fmax(-0.5, sum);
          if (conv.finish == kernels::GeneratedFinish::kLowHigh) sum = std::fmin(0.75, sum);
          if ((masks[static_cast<std::size_t>(v)] >> l & 1) == 0) sum = 0;
          expect(std::fabs(dst.data[place] - sum) <= 1e-5 * (size + 1), "generated code", round);
          if (failures > 20) return;
        }
      }
    }
  }
}

std::vector<std::uint8_t> one_of_each() {
  Assembler code;
  code.load(zmm(31), {Reg::kR12, 64});
  code.store({Reg::kR13, 0}, zmm(8));
  code.store({Reg::kRsp, 8}, Mask{3}, zmm(1));
  code.broadcast(zmm(16), {Reg::kRbp, -4});
  code.add_product(zmm(5), zmm(29), Address{Reg::kRsi, -512});
  code.add_product(zmm(5), zmm(29), Address{Reg::kR15, 512});
  code.add_product(zmm(30), zmm(7), zmm(15));
  code.multiply(zmm(9), zmm(10), Address{Reg::kRax, 4});
  code.add(zmm(1), zmm(2), zmm(23));
  code.add(zmm(1), zmm(2), Address{Reg::kRdx, 8128});
  code.min(zmm(3), zmm(4), zmm(5));
  code.max(zmm(3), Mask{1}, zmm(4), zmm(25));
  code.move(zmm(3), Mask{7}, zmm(19));
  code.align_lanes(zmm(3), zmm(20), zmm(5), 9);
  code.clear(zmm(26));
  code.load(Mask{1}, {Reg::kRax, 0});
  code.load(Mask{2}, {Reg::kR9, 2});
  code.load(Reg::kR8, {Reg::kRdi, 16});
  code.move(Reg::kRax, Reg::kR15);
  code.add(Reg::kR8, 16384);
  code.add(Reg::kRbx, -1);
  code.subtract(Reg::kRcx, 64);
  code.compare(Reg::kRcx, Reg::kR9);
  code.push(Reg::kR12);
  code.pop(Reg::kRbx);
  code.prefetch({Reg::kR12, 128}, 1);
  code.prefetch({Reg::kRsi, 64}, 0);
  code.jump_if_not_zero(0);
  code.begin_function();
  code.clear_upper();
  code.leave();
  return code.code();
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 3) {
    const std::vector<std::uint8_t> code = one_of_each();
    std::ofstream(arguments[2], std::ios::binary)
        .write(reinterpret_cast<const char*>(code.data()), static_cast<long>(code.size()));
    return 0;
  }
  test_limits();
  test_loop();
  test_vectors();
  test_lanes();
  test_generated();
  return failures == 0 ? 0 : 1;
}
