#pragma once

#include <cstddef>

#include "base/aligned_buffer.h"
#include "ops/operator.h"

namespace fastcnn::engine {

// Times operators in the state of the caches that they meet inside a network: their input has just
// been written, and since their last run the weights of all other nodes have passed by.
class Stopwatch {
 public:
  // `weights_bytes` of the whole network.
  Stopwatch(std::size_t threads, std::size_t weights_bytes);

  // Milliseconds of the fastest of a few runs on zeros, conversions of inputs to the layouts that
  // `op` wants among them. One that is far above `worth` milliseconds is run once.
  double time(const ops::OpSpec& spec, const ops::Operator& op, double worth);

  std::size_t threads() const { return threads_; }

  // Bytes read between two runs.
  std::size_t between_bytes() const { return between_bytes_; }

 private:
  void read_between();

  std::size_t threads_;
  std::size_t between_bytes_;
  AlignedBuffer between_;
};

}  // namespace fastcnn::engine
