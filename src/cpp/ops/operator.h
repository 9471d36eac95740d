#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/attributes.h"
#include "base/precision.h"
#include "base/tensor_desc.h"
#include "cpu/thread_pool.h"

namespace fastcnn::ops {

// What the user allows, the same for all nodes of a plan.
struct PlanOptions {
  bool winograd = true;  // 3x3 convolutions of fewer multiplications, in whose tiles a NaN spreads
  Precision precision = Precision::kFloat32;  // of what CUDA devices multiply
};

// One node of a plan before it is made: shapes and dtypes are final, input layouts are what the
// producers give, output layouts are not yet chosen.
struct OpSpec {
  std::string op;
  Attributes attributes;
  std::vector<TensorDesc> inputs;
  std::vector<TensorDesc> outputs;
  PlanOptions options = {};
  // For each input its data, plain, where it is a constant, else null. May be empty: none is.
  std::vector<const void*> constants = {};

  const void* constant(std::size_t input) const {
    return input < constants.size() ? constants[input] : nullptr;
  }

  // Throws kShape/kType with the op's name in front unless the count and rank are as told.
  void expect_inputs(std::size_t at_least, std::size_t at_most) const;
  void expect_rank(std::size_t input, std::size_t rank) const;
};

// Memory for one call. `packed[i]` is what `packings[i]` made. `scratch` is not kept.
struct RunArgs {
  const void* const* inputs;
  void* const* outputs;
  const void* const* packed;
  void* scratch;
  cpu::Parallel parallel;
  // Of an operator that does the work of several nodes: where it adds the milliseconds of each.
  double* parts = nullptr;

  const float* src(std::size_t i) const { return static_cast<const float*>(inputs[i]); }
  float* dst(std::size_t i) const { return static_cast<float*>(outputs[i]); }
};

// A rearranged copy of an input that a kernel reads instead of the input itself. The engine makes
// it once where the input is a constant (and shares it by `format` between plans), else before
// each run of the node.
struct Packing {
  std::size_t input;
  std::string format;  // names the arrangement in full: equal formats have equal bytes
  std::size_t size_bytes;
  // Reads the plain input, writes size_bytes.
  void (*pack)(const Packing& self, const void* src, void* dst, cpu::Parallel parallel);
  std::shared_ptr<const void> parameters;  // for pack()
};

// output `output` may be written over input `input`, element by element, in the same layout.
struct InPlace {
  std::size_t output;
  std::size_t input;
};

// A node made ready: checked, kernel chosen, work split decided. Immutable, so that threads share
// it.
class Operator {
 public:
  virtual ~Operator() = default;
  virtual void run(const RunArgs& args) const = 0;

  std::string kernel;  // name of the kernel that does the work, "conv2d_direct_f32_nchwc__avx2"
  std::vector<Layout> input_layouts;   // one each; the engine converts where they differ
  std::vector<Layout> output_layouts;  // one each
  std::vector<Packing> packings;
  std::vector<InPlace> in_place;
  bool alias = false;  // output 0 is input 0, or a run of it, under another shape: nothing to run
  std::size_t alias_offset = 0;           // bytes of input 0 before output 0
  std::vector<std::size_t> part_offsets;  // where output 0 is the inputs one after another: bytes
                                          // before each; one that lies there already is not copied
  double flops = 0;                       // multiply and add counted apart
  // Scratch bytes for a run on `threads` threads.
  virtual std::size_t scratch_bytes(std::size_t threads) const {
    (void)threads;
    return 0;
  }
};

// One way to run an op.
struct Implementation {
  const char* op;
  const char* name;
  // Why this one cannot run `spec`, or nothing. Called after the op's own checks.
  std::optional<std::string> (*refuse)(const OpSpec& spec);
  std::unique_ptr<Operator> (*make)(const OpSpec& spec);
};

struct Choice {
  std::unique_ptr<Operator> op;
  const Implementation* implementation;
  std::string why;  // what the earlier ones in the list refused, for explain()
};

// Every implementation, in the order of implementations.inc: for one op, best first.
const std::vector<Implementation>& implementations();

// An implementation that accepts, and what the earlier ones in the list refused.
struct Candidate {
  const Implementation* implementation;
  std::string why;
};

// All that accept, best first; throws kUnsupported with every refusal where none does.
std::vector<Candidate> candidates(const OpSpec& spec);

// The first that accepts.
Choice choose(const OpSpec& spec);

}  // namespace fastcnn::ops
