#pragma once

#include <cstddef>
#include <cstdint>

namespace emulator {

// How work is carried out; set while none is under way.
struct Config {
  // 0: threads in order, work at once. Else blocks, warps and lanes take turns in a random order,
  // each cp.async lands at once or as late as its wait allows, and streams go on when they like.
  std::uint64_t seed = 1;
  int os_threads = 1;                     // blocks in flight
  bool record = false;                    // keep every launch for take_recorded()
  bool dry = false;                       // check and record launches, run none, keep no memory
  std::uint64_t most_blocks = 0;          // of a launch that are run, 0: all of them
  std::size_t shared_limit = 227 * 1024;  // bytes a block may have: sm_90
  std::size_t stack_bytes = 256 * 1024;   // of one CUDA thread
  int devices = 1;
  int compute_capability = 9;  // the major number
};

// What all launches since reset_counters() did.
struct Counters {
  std::uint64_t launches = 0;
  std::uint64_t blocks = 0;
  std::uint64_t threads = 0;
  std::uint64_t barriers = 0;
  std::uint64_t warp_collectives = 0;
  std::uint64_t atomics = 0;
  std::uint64_t async_bytes = 0;
  std::uint64_t mma_flops = 0;
  std::uint64_t copies = 0;  // between host and device, and on the device
  std::uint64_t captures = 0;
  std::uint64_t replays = 0;

  void add(const Counters& other);
};

Config& config();
const Counters& counters();
void count_copy();
void count_capture();
void count_replay();
void reset_counters();

}  // namespace emulator
