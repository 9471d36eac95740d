#include "jit/executable_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/aligned_buffer.h"
#include "base/error.h"

namespace fastcnn::jit {
namespace {

std::size_t round_to(std::size_t bytes, std::size_t unit) {
  return (bytes + unit - 1) / unit * unit;
}

}  // namespace

// Code of some size begins at a huge page and asks for more of them: a network's code is read in
// one long stream at every call.
ExecutableMemory::ExecutableMemory(const std::vector<std::uint8_t>& code)
    : size_bytes_(code.size()) {
  if (code.empty()) return;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const bool large = code.size() >= kHugePage / 4;
  const std::size_t bytes = round_to(code.size(), large ? kHugePage : page);
  mapped_bytes_ = bytes + (large ? kHugePage : 0) + page;
  void* const mapped =
      mmap(nullptr, mapped_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  require(mapped != MAP_FAILED, ErrorKind::kMemory, "jit: no memory for ", bytes,
          " bytes of generated code");
  const auto address = reinterpret_cast<std::uintptr_t>(mapped);
  auto* const data =
      reinterpret_cast<std::uint8_t*>(large ? round_to(address, kHugePage) : address);
  bool done = mprotect(data, bytes, PROT_READ | PROT_WRITE) == 0;
  if (done) {
#ifdef MADV_HUGEPAGE
    if (large) madvise(data, bytes, MADV_HUGEPAGE);
#endif
    std::memcpy(data, code.data(), code.size());
    std::memset(data + code.size(), 0xCC, bytes - code.size());  // int3
    done = mprotect(data, bytes, PROT_READ | PROT_EXEC) == 0;
  }
  if (!done) munmap(mapped, mapped_bytes_);
  require(done, ErrorKind::kMemory, "jit: this system executes no generated code");
  __builtin___clear_cache(reinterpret_cast<char*>(data), reinterpret_cast<char*>(data + bytes));
  mapped_ = mapped;
  data_ = data;
}

ExecutableMemory::~ExecutableMemory() {
  if (mapped_ != nullptr) munmap(mapped_, mapped_bytes_);
}

ExecutableMemory::ExecutableMemory(ExecutableMemory&& other) noexcept { *this = std::move(other); }

ExecutableMemory& ExecutableMemory::operator=(ExecutableMemory&& other) noexcept {
  std::swap(mapped_, other.mapped_);
  std::swap(mapped_bytes_, other.mapped_bytes_);
  std::swap(data_, other.data_);
  std::swap(size_bytes_, other.size_bytes_);
  return *this;
}

bool can_execute() {
#if defined(__x86_64__)
  const char* const wanted = std::getenv("FASTCNN_JIT");
  if (wanted != nullptr && std::strcmp(wanted, "0") == 0) return false;
  static const bool can = [] {
    try {
      const ExecutableMemory code(std::vector<std::uint8_t>{0xC3});  // ret
      code.function<void()>(0)();
      return true;
    } catch (const Error&) {
      return false;
    }
  }();
  return can;
#else
  return false;
#endif
}

}  // namespace fastcnn::jit
