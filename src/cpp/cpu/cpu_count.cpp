#include "cpu/cpu_count.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "base/error.h"
#include "cpu/placement.h"

namespace fastcnn::cpu {
namespace {

// The path of this process under the controller ("" for cgroup v2), as /proc/self/cgroup tells.
std::string cgroup_path(const std::string& controller) {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool matches = controller.empty()
                             ? controllers == ",,"
                             : controllers.find("," + controller + ",") != std::string::npos;
    if (matches) return line.substr(second + 1);
  }
  return "/";
}

std::size_t cpus_for(double quota, double period) {
  if (quota <= 0 || period <= 0) return 0;
  return static_cast<std::size_t>(std::max(1.0, std::ceil(quota / period)));
}

std::size_t quota_v2(const std::string& folder) {
  std::ifstream file(folder + "/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max") return 0;
  return cpus_for(std::strtod(quota.c_str(), nullptr), period);
}

std::size_t quota_v1(const std::string& folder) {
  double quota = 0;
  double period = 0;
  std::ifstream quota_file(folder + "/cpu.cfs_quota_us");
  std::ifstream period_file(folder + "/cpu.cfs_period_us");
  if (!(quota_file >> quota) || !(period_file >> period)) return 0;
  return cpus_for(quota, period);
}

// The tightest limit of the folder and its parents: a quota binds everything below it.
template <typename Read>
std::size_t tightest(const std::string& root, std::string path, Read read) {
  std::size_t limit = 0;
  for (;;) {
    const std::size_t here = read(root + path);
    if (here != 0) limit = limit == 0 ? here : std::min(limit, here);
    if (path.empty() || path == "/") return limit;
    path.erase(path.find_last_of('/'));
  }
}

}  // namespace

std::size_t affinity_count() {
  const std::size_t cpus = affinity_cpus().size();
  return cpus != 0 ? cpus : std::max(1u, std::thread::hardware_concurrency());
}

std::size_t cgroup_quota() {
  const std::size_t v2 = tightest("/sys/fs/cgroup", cgroup_path(""), quota_v2);
  const std::size_t v1 = tightest("/sys/fs/cgroup/cpu", cgroup_path("cpu"), quota_v1);
  if (v1 == 0 || v2 == 0) return std::max(v1, v2);
  return std::min(v1, v2);
}

std::size_t allowed_threads() {
  const std::size_t quota = cgroup_quota();
  const std::size_t cpus = std::min(affinity_count(), kMaxThreads);
  return quota == 0 ? cpus : std::min(quota, cpus);
}

std::size_t default_threads() {
  if (const char* asked = std::getenv("FASTCNN_NUM_THREADS"); asked != nullptr && *asked != '\0') {
    char* end = nullptr;
    const long threads = std::strtol(asked, &end, 10);
    require(*end == '\0' && threads >= 1 && threads <= static_cast<long>(kMaxThreads),
            ErrorKind::kValue, "FASTCNN_NUM_THREADS: '", asked, "' is not a number from 1 to ",
            kMaxThreads);
    return std::min(static_cast<std::size_t>(threads), allowed_threads());
  }
  return allowed_threads();
}

}  // namespace fastcnn::cpu
