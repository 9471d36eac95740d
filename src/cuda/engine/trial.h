#pragma once

#include <memory>
#include <vector>

#include "cuda/base/device.h"
#include "cuda/base/stream.h"
#include "cuda/ops/operator.h"

namespace fastcnn::cuda {

// One implementation of a node, alone on the device, with memory of its own: constants as they are,
// zeros for everything else. What is done at every run counts: inputs in another layout are
// converted, inputs that are no constants packed.
class Trial {
 public:
  Trial(const ops::OpSpec& op, const Layouts& given, const Implementation& implementation);

  // The least time of a run, over some rounds of several runs between two events.
  double milliseconds();
  // What measuring took.
  double spent_ms() const { return spent_ms_; }

 private:
  // An operator of one input and one output: a conversion or a packing.
  struct Move {
    std::unique_ptr<Operator> run;
    std::vector<const void*> tables;
    const void* from;
    void* to;
  };

  void* memory(std::size_t size_bytes, const void* host = nullptr);
  std::vector<const void*> upload_tables(Operator& op);
  void add_input(const ops::OpSpec& op, std::size_t index, Layout given);
  void move(std::unique_ptr<Operator> run, const void* from, void* to, bool constant);
  void run(const Move& move) const;
  void run() const;
  double round(int runs);

  std::unique_ptr<Operator> op_;
  std::vector<DeviceBuffer> buffers_;
  std::vector<std::vector<std::byte>> host_;
  std::vector<const void*> tables_;
  std::vector<const void*> inputs_;
  std::vector<const void*> plain_;  // of each input, as the caller of the op has it
  std::vector<const void*> packed_;
  std::vector<void*> outputs_;
  std::vector<Move> moves_;
  void* scratch_ = nullptr;
  double spent_ms_ = 0;
  Stream stream_;
};

}  // namespace fastcnn::cuda
