#include "emulator/launch.h"

#include <cxxabi.h>
#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <numeric>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>

#include "emulator/block.h"
#include "emulator/device_memory.h"

namespace emulator {
namespace {

Counters totals;
std::vector<Launch> record;
std::mutex launching;  // one launch at a time, as on one stream

std::string symbol_of(const void* function) {
  Dl_info info;
  if (dladdr(function, &info) == 0 || info.dli_sname == nullptr) return "kernel";
  return info.dli_sname;
}

std::string readable(const std::string& symbol) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? name.get() : symbol;
}

void check(const std::string& kernel, dim3 grid, dim3 block, std::size_t shared_bytes) {
  const std::uint64_t threads = std::uint64_t{block.x} * block.y * block.z;
  if (threads == 0 || threads > 1024 || block.z > 64) {
    throw std::runtime_error(kernel + ": a block of " + std::to_string(threads) +
                             " threads; from 1 to 1024 are possible");
  }
  if (grid.x == 0 || grid.x > 0x7fffffffu || grid.y == 0 || grid.y > 65535 || grid.z == 0 ||
      grid.z > 65535) {
    throw std::runtime_error(kernel + ": a grid of " + std::to_string(grid.x) + " x " +
                             std::to_string(grid.y) + " x " + std::to_string(grid.z) +
                             " blocks; y and z go to 65535, none may be 0");
  }
  if (shared_bytes > config().shared_limit) {
    throw std::runtime_error(kernel + ": " + std::to_string(shared_bytes) +
                             " bytes of dynamic shared memory; a block may have " +
                             std::to_string(config().shared_limit));
  }
}

}  // namespace

Config& config() {
  static Config settings;
  return settings;
}

const Counters& counters() { return totals; }
void reset_counters() { totals = {}; }
void count_copy() { ++totals.copies; }
void count_capture() { ++totals.captures; }
void count_replay() { ++totals.replays; }

void Counters::add(const Counters& other) {
  launches += other.launches;
  blocks += other.blocks;
  threads += other.threads;
  barriers += other.barriers;
  warp_collectives += other.warp_collectives;
  atomics += other.atomics;
  async_bytes += other.async_bytes;
  mma_flops += other.mma_flops;
}

std::vector<Launch> take_recorded() { return std::exchange(record, {}); }

void launch(const void* function, dim3 grid, dim3 block, std::size_t shared_bytes,
            const void* parameters, std::size_t parameter_bytes,
            const std::function<void()>& body) {
  const std::lock_guard<std::mutex> lock(launching);
  const std::string symbol = symbol_of(function);
  const std::string kernel = readable(symbol);
  check(kernel, grid, block, shared_bytes);
  pass_time(kernel);
  if (config().record) {
    const auto* bytes = static_cast<const std::uint8_t*>(parameters);
    record.push_back({symbol, grid, block, shared_bytes, {bytes, bytes + parameter_bytes}, {}, {}});
    if (!config().dry) record.back().before = snapshots();
  }
  if (config().dry) return;

  const std::uint64_t blocks = std::uint64_t{grid.x} * grid.y * grid.z;
  std::vector<std::uint64_t> order(blocks);
  std::iota(order.begin(), order.end(), 0);
  const std::uint64_t seed = config().seed;
  if (seed != 0) {
    std::mt19937_64 rng(seed);
    std::shuffle(order.begin(), order.end(), rng);
  }
  if (config().most_blocks != 0 && config().most_blocks < blocks)
    order.resize(config().most_blocks);
  std::atomic<std::uint64_t> next{0};
  std::atomic<bool> stop{false};
  std::exception_ptr error;
  std::mutex merging;
  const auto work = [&](int id) {
    thread_local BlockRunner mine;  // keeps its stacks between launches
    mine.counters = {};
    std::mt19937_64 rng(seed * 7919 + static_cast<std::uint64_t>(id));
    try {
      for (std::uint64_t i = next++; i < order.size() && !stop; i = next++) {
        mine.run(kernel, body, grid, block, shared_bytes, order[i], rng);
      }
    } catch (...) {
      stop = true;
      const std::lock_guard<std::mutex> guard(merging);
      if (!error) error = std::current_exception();
    }
    mine.join();
    const std::lock_guard<std::mutex> guard(merging);
    totals.add(mine.counters);
  };
  const int os_threads = static_cast<int>(std::min<std::uint64_t>(
      static_cast<std::uint64_t>(std::max(1, config().os_threads)), blocks));
  if (os_threads == 1) {
    work(0);
  } else {
    std::vector<std::thread> workers;
    for (int id = 0; id < os_threads; ++id) workers.emplace_back(work, id);
    for (std::thread& worker : workers) worker.join();
  }
  ++totals.launches;
  if (error) std::rethrow_exception(error);
  check_red_zones(kernel);
  if (config().record) record.back().after = snapshots();
}

void barrier(const char* file, int line) { runner->barrier(file, line); }
int barrier_reduce(int op, int predicate, const char* file, int line) {
  return runner->barrier_reduce(op, predicate, file, line);
}
void* shared_array(const void* key, const char* name, std::size_t bytes) {
  return runner->shared.array(key, name, bytes);
}
void* dynamic_shared() { return runner->shared.dynamic(); }
void count_atomic() { ++runner->counters.atomics; }
void count_mma(std::uint64_t flops) { runner->counters.mma_flops += flops; }
void fail(const std::string& message) { runner->fail(message); }

}  // namespace emulator
