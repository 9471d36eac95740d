#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cpu/thread_pool.h"
#include "jit/executable_memory.h"

namespace fastcnn::kernels {

// What generated code reads and writes in one call.
struct GeneratedCall {
  const float* src;            // line 0 of the first vector, at the first channel of its part
  float* dst;                  // the first row of its part, of the first vector
  const float* residual;       // as dst; not read where there is none, or not by the first panel
  const float* weights;        // of its part
  const float* bias;           // of its first row
  const std::uint16_t* lanes;  // for each vector: the lanes that are pixels; the others become zero
  std::int64_t vectors;        // at least 1
  const void* next;            // what is run afterwards, fetched meanwhile
  float low;
  float high;
};

// A place of the convolution's kernel, and what it reads: of plane `plane` of a channel the 16
// pixels that begin `shift` pixels after those that are written.
struct GeneratedTap {
  std::int64_t place;
  std::int64_t plane;
  std::int64_t shift;
};

// How a result is finished.
enum class GeneratedFinish : std::uint8_t { kNone, kLow, kLowHigh };

// A convolution with constant weights, most of them zero, as code is generated for it:
//
//   dst[v, r, l] = finish(bias[r] + residual[v, r, l] + sum over the channels c of r's group and
//                         taps t of weights[r, c, place of t] * src[plane of t, c, 16 v + l +
//                         shift])
//
// Shapes    weights [outputs][inputs / groups][places]. src: the line of vector v, plane p, channel
//           c lies p * src_plane + v * src_vector + c lines after line 0; pixels 16 v + l + s
//           beyond the vector are in the lines of the neighbours. dst and residual: row r of vector
//           v at line v * dst_vector + r. A line is 16 floats, aligned to 64 bytes.
// Aliasing  dst may be residual; it overlaps nothing else that is read.
// NaN       a line that no weight names is not read; neighbours of a shifted line are, but do not
//           reach a result. The clamp keeps NaN.
// Rounding  one fused multiply-add for each weight that is not zero, channel by channel, onto
//           bias + residual. Of few rows each has two or four sums, which take turns and are then
//           added to the first: what a row is depends on the weights of its part alone.
// Threads   code is immutable and may be run by any number of threads.
// Errors    kInternal where a place is farther than 2 GB from line 0.
// Source    outer products of sparse columns with rows of pixels: Elsen et al., "Fast Sparse
//           ConvNets", CVPR 2020; weights as instructions: Wang, "SparseRT", PACT 2020.
struct GeneratedConv {
  std::int64_t inputs;
  std::int64_t outputs;
  std::int64_t groups;
  std::int64_t places;
  std::vector<GeneratedTap> taps;  // by plane, then by shift
  std::int64_t src_vector;         // lines
  std::int64_t src_plane;
  std::int64_t dst_vector;
  bool residual;
  GeneratedFinish finish;
  std::int64_t vectors;  // of most calls, over which what comes next is fetched; 0: nothing is
};

// The code and the weights of a convolution, part by part: some rows of one group and a panel of
// the channels that they read, whose lines and code stay in the first caches while a part goes over
// the vectors. Sums go from panel to panel through dst, so the panels of the same rows are run in
// order; they follow one another: [rows][panel]. A part's weights lie before its code, which they
// are as cold as.
class GeneratedCode {
 public:
  using Function = void(const GeneratedCall*);

  struct Part {
    std::int64_t row;  // the first
    std::int64_t rows;
    std::int64_t channel;  // the first
    std::int64_t channels;
    bool first;               // of the panels of its rows: starts from bias and residual
    bool last;                // finishes
    std::size_t weights = 0;  // places in bytes
    std::size_t code = 0;
  };

  // Throws kMemory where generated code cannot be executed.
  GeneratedCode(const GeneratedConv& conv, const float* weights, cpu::Parallel parallel);

  const std::vector<Part>& parts() const { return parts_; }
  std::int64_t panels() const { return panels_; }
  std::size_t size_bytes() const { return memory_.size_bytes(); }
  const float* weights(const Part& part) const {
    return reinterpret_cast<const float*>(memory_.data() + part.weights);
  }
  Function* function(const Part& part) const { return memory_.function<Function>(part.code); }

 private:
  std::vector<Part> parts_;
  std::int64_t panels_;
  jit::ExecutableMemory memory_;
};

}  // namespace fastcnn::kernels
