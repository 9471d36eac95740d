#include "cpu/isa.h"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/error.h"

namespace fastcnn::cpu {
namespace {

struct IsaEntry {
  Isa isa;
  const char* name;
  std::size_t lanes;
};

constexpr IsaEntry kIsas[] = {
#define FASTCNN_ISA(enumerator, name, lanes) {Isa::enumerator, name, lanes},
#include "cpu/isa.inc"
#undef FASTCNN_ISA
};

const IsaEntry& entry_of(Isa isa) { return kIsas[static_cast<std::size_t>(isa)]; }

bool cpu_has([[maybe_unused]] Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return true;
#if FASTCNN_HAVE_NEON
    case Isa::kNeon:
      return true;
#endif
#if FASTCNN_HAVE_AVX2
    case Isa::kAvx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
#if FASTCNN_HAVE_AVX512
    case Isa::kAvx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
#endif
    default:
      return false;
  }
}

std::vector<Isa> detect() {
  std::vector<Isa> found;
  for (const IsaEntry& entry : kIsas) {
    if (cpu_has(entry.isa)) found.push_back(entry.isa);
  }
  return found;
}

Isa find_isa(const std::string& name) {
  std::string known;
  for (const IsaEntry& entry : kIsas) {
    if (name == entry.name) {
      require(cpu_has(entry.isa), ErrorKind::kUnsupported, "isa: this CPU has no ", name);
      return entry.isa;
    }
    known += std::string(known.empty() ? "" : ", ") + entry.name;
  }
  throw Error(ErrorKind::kValue, join("isa: '", name, "' is none of ", known));
}

// A bad FASTCNN_ISA must not make `import fastcnn` fail without a word: it is read on first use.
Isa initial_isa() {
  const char* asked = std::getenv("FASTCNN_ISA");
  if (asked != nullptr && *asked != '\0') return find_isa(asked);
  return available_isas().back();
}

std::atomic<Isa>& active() {
  static std::atomic<Isa> isa{initial_isa()};
  return isa;
}

}  // namespace

const char* name_of(Isa isa) { return entry_of(isa).name; }

const std::vector<Isa>& available_isas() {
  static const std::vector<Isa> isas = detect();
  return isas;
}

Isa active_isa() { return active().load(std::memory_order_relaxed); }

void set_isa(const std::string& name) { active().store(find_isa(name)); }

bool usable(Isa isa) { return isa <= active_isa() && cpu_has(isa); }

std::size_t block() { return entry_of(active_isa()).lanes; }

std::string brand() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) == 0) {
      const std::size_t colon = line.find(':');
      if (colon != std::string::npos && colon + 2 <= line.size()) return line.substr(colon + 2);
    }
  }
  return "unknown CPU";
}

std::vector<std::string> features() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("flags", 0) == 0 || line.rfind("Features", 0) == 0) {
      std::istringstream words(line.substr(line.find(':') + 1));
      return {std::istream_iterator<std::string>(words), std::istream_iterator<std::string>()};
    }
  }
  return {};
}

}  // namespace fastcnn::cpu
