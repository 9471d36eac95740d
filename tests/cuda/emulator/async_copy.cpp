#include <cstdint>
#include <cstring>

#include "emulator/block.h"
#include "emulator/launch.h"

namespace emulator {
namespace {

void land(const AsyncCopy& copy) {
  std::memcpy(copy.dst, copy.src, static_cast<std::size_t>(copy.src_bytes));
  std::memset(static_cast<char*>(copy.dst) + copy.src_bytes, 0,
              static_cast<std::size_t>(copy.bytes - copy.src_bytes));
}

}  // namespace

// The hardware may land a copy at any moment up to the wait: here at once or at the wait, by a
// coin.
void BlockRunner::push_copy(const AsyncCopy& copy) {
  const auto unaligned = [&](const void* at) {
    return reinterpret_cast<std::uintptr_t>(at) % static_cast<std::uintptr_t>(copy.bytes) != 0;
  };
  if (unaligned(copy.dst) || (copy.src_bytes != 0 && unaligned(copy.src))) {
    fail("cp.async of " + std::to_string(copy.bytes) + " bytes at a misaligned address");
  }
  counters.async_bytes += static_cast<std::uint64_t>(copy.src_bytes);
  coin_ = coin_ * 6364136223846793005u + 1442695040888963407u;
  if (config().seed != 0 && coin_ >> 63 != 0) {
    land(copy);
  } else {
    const Unwatched unwatched;
    current_->open_group.push_back(copy);
  }
}

void BlockRunner::commit_copies() {
  const Unwatched unwatched;
  current_->groups.push_back(std::move(current_->open_group));
  current_->open_group.clear();
}

void BlockRunner::wait_copies(int allowed) {
  auto& groups = current_->groups;
  while (static_cast<int>(groups.size()) > allowed) {
    for (const AsyncCopy& copy : groups.front()) land(copy);
    const Unwatched unwatched;
    groups.erase(groups.begin());
  }
}

void async_copy(void* dst, const void* src, int bytes, int src_bytes) {
  runner->push_copy({dst, src, bytes, src_bytes});
}
void async_commit() { runner->commit_copies(); }
void async_wait(int allowed_groups) { runner->wait_copies(allowed_groups); }

}  // namespace emulator
