#pragma once

#include <map>
#include <mutex>
#include <string>

namespace fastcnn::engine {

// Measured times, by what was measured: the node with its shapes, layouts, threads and instruction
// set. Shared by the plans of a process; safe to use from several threads.
class ChoiceTable {
 public:
  using Times = std::map<std::string, double>;  // name of an implementation -> milliseconds

  Times find(const std::string& key) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = entries_.find(key);
    return found == entries_.end() ? Times{} : found->second;
  }

  void add(const std::string& key, const Times& times) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [name, milliseconds] : times) entries_[key][name] = milliseconds;
  }

  std::map<std::string, Times> entries() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return entries_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Times> entries_;
};

}  // namespace fastcnn::engine
