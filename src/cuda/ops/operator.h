#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cuda/base/runtime.h"
#include "ops/operator.h"

namespace fastcnn::cuda {

// How the elements of a tensor lie in device memory.
//
//   kPlain   row-major, as the shape reads.
//   kNhwc    rank 4 only: [N, C, H, W] stored as [N][H][W][C].
//   kUnread  an input that the operator reads in a packing of it, or not at all.
//   kHost    an input that is read when the step is enqueued, in host memory: the caller gives it,
//            or it is a constant. Plain.
enum class Layout : std::uint8_t { kPlain, kNhwc, kUnread, kHost };

constexpr const char* name_of(Layout layout) {
  switch (layout) {
    case Layout::kPlain:
      return "plain";
    case Layout::kNhwc:
      return "NHWC";
    case Layout::kUnread:
      return "unread";
    case Layout::kHost:
      break;
  }
  return "host";
}

// Whether plain and NHWC are the same order of elements.
inline bool same_in_both(const Shape& shape) {
  return shape.rank() != 4 || shape[1] == 1 || shape[2] * shape[3] == 1;
}

// Device memory for one call, and the stream on which to enqueue it.
struct RunArgs {
  const void* const* inputs;  // null for what is kUnread
  void* const* outputs;
  const void* const* tables;
  const void* const* packed;  // what `packings` made
  void* scratch;
  cudaStream_t stream;

  const float* src(std::size_t i) const { return static_cast<const float*>(inputs[i]); }
  float* dst(std::size_t i) const { return static_cast<float*>(outputs[i]); }
  template <typename T>
  const T* table(std::size_t i) const {
    return static_cast<const T*>(tables[i]);
  }
};

class Operator;

// A rearranged copy of an input, made by `run` from the plain input: once where that is a constant,
// else before each run of the step.
struct Packing {
  std::size_t input;
  std::size_t size_bytes;
  std::unique_ptr<Operator> run;
};

// Output `output` may be written over input `input`, element by element, in the same layout.
struct InPlace {
  std::size_t output;
  std::size_t input;
};

// A node made ready: checked, kernel chosen. Immutable, so that threads share it.
class Operator {
 public:
  virtual ~Operator() = default;
  virtual void enqueue(const RunArgs& args) const = 0;

  std::string kernel;                          // name of the kernel that does the work
  std::vector<Layout> input_layouts;           // one each; the engine converts where they differ
  std::vector<Layout> output_layouts;          // one each
  std::vector<std::vector<std::byte>> tables;  // what the engine puts on the device, once
  std::vector<Packing> packings;
  std::vector<InPlace> in_place;  // where an output replaces a parameter
  std::size_t scratch_bytes = 0;
  bool alias = false;  // output 0 is input 0 under another name: nothing to run
  double flops = 0;    // multiply and add counted apart
};

// The layouts in which the producers of a node's inputs give them.
using Layouts = std::vector<Layout>;

// One way to run an op on the device. The contract of an op, its checks and its attributes are
// those of the CPU's.
struct Implementation {
  const char* op;
  const char* name;
  // Why this one cannot run `spec`, or nothing.
  std::optional<std::string> (*refuse)(const ops::OpSpec& spec);
  std::unique_ptr<Operator> (*make)(const ops::OpSpec& spec, const Layouts& given);
};

// Every implementation, in the order of implementations.inc: for one op, best first.
const std::vector<Implementation>& implementations();

// All that accept, best first; throws kUnsupported with every refusal where none does.
std::vector<const Implementation*> accepting(const ops::OpSpec& spec);

// The elements of `values` as a table.
template <typename T>
std::vector<std::byte> as_table(const std::vector<T>& values) {
  const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
  return {bytes, bytes + values.size() * sizeof(T)};
}

}  // namespace fastcnn::cuda
