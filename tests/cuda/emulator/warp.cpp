#include "emulator/warp.h"

#include <algorithm>
#include <cstring>

#include "emulator/block.h"

namespace emulator {

const Collective& BlockRunner::exchange(std::uint32_t mask, const void* value, std::size_t bytes,
                                        const char* what, bool orders_memory, int& slot) {
  Thread& self = *current_;
  const int first = self.at.warp * kWarp;
  const int lanes = std::min(kWarp, count_ - first);
  const std::uint32_t there = lanes == kWarp ? ~0u : (1u << lanes) - 1;
  const std::uint32_t needed = mask & there;
  if ((mask >> self.at.lane & 1) == 0) fail(std::string(what) + ": the mask leaves this lane out");
  for (int lane = 0; lane < lanes; ++lane) {
    const Thread& other = *threads_[static_cast<std::size_t>(first + lane)];
    if ((needed >> lane & 1) != 0 && other.state == Thread::State::kDone) {
      fail(std::string(what) + ": the mask names lane " + std::to_string(lane) +
           ", which has exited");
    }
  }
  const auto find = [&]() -> Collective& {
    const Unwatched unwatched;
    return warps_[static_cast<std::size_t>(self.at.warp)][mask];
  };
  Collective& collective = find();
  if (collective.arrived != 0 &&
      (std::strcmp(collective.what, what) != 0 || collective.bytes != bytes)) {
    fail(std::string("warp divergence: ") + what + " meets " + collective.what);
  }
  collective.what = what;
  collective.bytes = bytes;
  slot = static_cast<int>(collective.round % 2);
  {
    const Unwatched unwatched;
    std::memcpy(collective.slots[slot][self.at.lane], value, bytes);
  }
  if (orders_memory) annotate_release(&collective.slots[slot]);
  collective.arrived |= 1u << self.at.lane;
  if (collective.arrived == needed) {
    collective.arrived = 0;
    ++collective.round;
    ++counters.warp_collectives;
    for (int lane = 0; lane < lanes; ++lane) {
      Thread& other = *threads_[static_cast<std::size_t>(first + lane)];
      if ((needed >> lane & 1) != 0 && other.state == Thread::State::kInWarp) {
        other.state = Thread::State::kReady;
      }
    }
  } else {
    wait(Thread::State::kInWarp, what);
  }
  if (orders_memory) annotate_acquire(&collective.slots[slot]);
  return collective;
}

Lanes warp_exchange(std::uint32_t mask, const void* value, std::size_t bytes, const char* what,
                    bool orders_memory) {
  int slot = 0;
  const Collective& collective = runner->exchange(mask, value, bytes, what, orders_memory, slot);
  return {&collective.slots[slot][0][0], sizeof collective.slots[0][0]};
}

}  // namespace emulator
