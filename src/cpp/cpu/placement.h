#pragma once

#include <cstddef>
#include <thread>
#include <vector>

namespace fastcnn::cpu {

// CPUs in the affinity mask of the calling thread, in ascending order; empty where the system does
// not tell.
std::vector<int> affinity_cpus();

// Keeps the workers of a pool on CPUs of their own.
//
// Where the pool is as large as the affinity mask, a scheduler that puts a woken worker beside its
// caller, or beside another process, leaves a CPU idle for milliseconds. So each worker is pinned
// to one CPU and one is left for the caller, whose own affinity is never touched: when the caller
// shows up on a worker's CPU, that worker moves to the one left free. Smaller pools are not
// pinned: several of them, in several processes, would meet on the same CPUs.
//
// Threads  not thread-safe.
class Placement {
 public:
  explicit Placement(std::size_t threads);

  // The next worker, in order of creation.
  void add(std::thread& worker);

  // Moves the worker, if any, whose CPU the calling thread runs on now.
  void make_room(std::vector<std::thread>& workers);

 private:
  std::vector<int> of_worker_;  // worker -> its CPU; empty where nothing is pinned
  std::size_t added_ = 0;
  int of_caller_ = -1;
};

}  // namespace fastcnn::cpu
