#include "cpu/placement.h"

#include <algorithm>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

namespace fastcnn::cpu {
namespace {

#if defined(__linux__)

int current_cpu() { return sched_getcpu(); }

void pin(std::thread& thread, int cpu) {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  CPU_SET(static_cast<unsigned>(cpu), &mask);
  // A refusal (the CPU went offline, or left the cpuset) costs speed, not correctness.
  pthread_setaffinity_np(thread.native_handle(), sizeof(mask), &mask);
}

#else

int current_cpu() { return -1; }
void pin(std::thread&, int) {}

#endif

}  // namespace

std::vector<int> affinity_cpus() {
  std::vector<int> cpus;
#if defined(__linux__)
  cpu_set_t mask;
  if (sched_getaffinity(0, sizeof(mask), &mask) != 0) return cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<unsigned>(cpu), &mask)) cpus.push_back(cpu);
  }
#endif
  return cpus;
}

Placement::Placement(std::size_t threads) {
  std::vector<int> cpus = affinity_cpus();
  if (threads < 2 || cpus.size() != threads) return;
  const auto here = std::find(cpus.begin(), cpus.end(), current_cpu());
  const auto left = here == cpus.end() ? cpus.begin() : here;
  of_caller_ = *left;
  cpus.erase(left);
  of_worker_ = std::move(cpus);
}

void Placement::add(std::thread& worker) {
  if (added_ < of_worker_.size()) pin(worker, of_worker_[added_]);
  ++added_;
}

void Placement::make_room(std::vector<std::thread>& workers) {
  const int here = current_cpu();
  if (of_worker_.empty() || here == of_caller_) return;
  const auto found = std::find(of_worker_.begin(), of_worker_.end(), here);
  if (found == of_worker_.end()) return;
  const auto index = static_cast<std::size_t>(found - of_worker_.begin());
  pin(workers[index], of_caller_);
  *found = of_caller_;
  of_caller_ = here;
}

}  // namespace fastcnn::cpu
