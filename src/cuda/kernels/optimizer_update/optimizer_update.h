#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// One step of an optimiser over an array of weights, float32. With g' = g + l1 sign(w) + 2 l2 w,
// and then w -= decay w:
//
//   kSgd        v  = momentum v - lr0 g';            w += v
//   kNesterov   v  = momentum v - lr0 g';            w += momentum v - lr0 g'
//   kAdagrad    s0 = s0 + g'^2;                      w -= lr0 g' / sqrt(s0 + epsilon)
//   kAdadelta   s0 = keep0 s0 + add0 g'^2;  d = g' sqrt(s1 + epsilon) / sqrt(s0 + epsilon);
//               s1 = keep0 s1 + add0 d^2;            w -= lr0 d
//   kRmsprop    s0 = keep0 s0 + add0 g'^2;
//               s1 = momentum s1 + lr0 g' / sqrt(s0 + epsilon);               w -= s1
//   kAdamax     s0 = keep0 s0 + add0 g';  s1 = max(keep1 s1, |g'|);
//               w -= lr0 s0 / (s1 + epsilon)
//   kLion       w -= lr0 sign(keep0 s0 + add0 g');  s0 = keep1 s0 + add1 g'
//
// and those that begin with  s0 = keep0 s0 + add0 g';  s1 = keep1 s1 + add1 g'^2:
//
//   kAdam       w -= lr0 s0 / (sqrt(s1) + epsilon)
//   kNadam      w -= (lr0 s0 + lr1 g') / (sqrt(s1) + epsilon)
//   kRadam      w -= s0 (lr0 / (sqrt(s1) + epsilon) + lr1)
//   kDirection  new_w = lr0 s0 / (sqrt(s1) + epsilon), which is no weight
//
// where v is s0, and lr0, lr1 and decay are those of the struct times `rate`. sign(0) = 0. Where
// hold_zeros is set new_w is 0 at a weight that is 0; its states move.
//
// Shapes    w, g, state[k], new_w, new_state[k] [size], on the device; state[1] where the rule has
//           an s1; rate [1], on the device too, since it may be computed there.
// Aliasing  new_w may be w, new_state[k] may be state[k]; no other overlap.
// NaN       a NaN in w, g or a state reaches what is computed from it.
// Errors    a refused launch throws; ops::optimizer_update checks shapes.
// Source    see the CPU's kernels/optimizer_update.
enum class OptimizerKind : std::int32_t {
  kSgd,
  kNesterov,
  kAdagrad,
  kAdadelta,
  kRmsprop,
  kAdamax,
  kLion,
  kAdam,
  kNadam,
  kRadam,
  kDirection
};

struct OptimizerUpdate {
  const float* w;
  const float* g;
  const float* state[2];
  const float* rate;
  float* new_w;
  float* new_state[2];
  std::int64_t size;
  bool hold_zeros;
  float l1;
  float l2;
  float lr[2];
  float momentum;
  float keep[2];
  float add[2];
  float epsilon;
  float decay;
};

void optimizer_update(OptimizerKind kind, const OptimizerUpdate& update, cudaStream_t stream);

}  // namespace fastcnn::cuda
