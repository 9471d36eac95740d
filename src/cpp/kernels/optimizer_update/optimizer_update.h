#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// One step of an optimiser over a run of weights, float32. With g' = g + l1 sign(w) + 2 l2 w:
//
//   kSgd       v  = momentum v - lr g';             w += v
//   kNesterov  v  = momentum v - lr g';             w += momentum v - lr g'
//   kAdagrad   s0 = s0 + g'^2;                      w -= lr g' / sqrt(s0 + epsilon)
//   kRmsprop   s0 = keep0 s0 + add0 g'^2;
//              s1 = momentum s1 + lr g' / sqrt(s0 + epsilon);                  w -= s1
//   kAdam      s0 = keep0 s0 + add0 g';  s1 = keep1 s1 + add1 g'^2;
//              w -= decay w;  w -= lr s0 / (sqrt(s1) + epsilon)
//
// where v is s0. sign(0) = 0. A weight that is 0 stays 0 where hold_zeros is set; its states move.
//
// Shapes    w, g, state[k], new_w, new_state[k] [count]; state[1] only for kRmsprop and kAdam.
// Aliasing  new_w may be w, new_state[k] may be state[k]; no other overlap.
// NaN       a NaN in w, g or a state reaches what is computed from it.
// Rounding  fused multiply-adds where the ISA has them.
// Threads   reentrant; every element stands alone.
// Errors    none are reported.
// Source    Polyak, "Some methods of speeding up the convergence of iteration methods", 1964;
//           Sutskever et al., "On the importance of initialization and momentum in deep learning",
//           ICML 2013 (kNesterov); Duchi, Hazan and Singer, "Adaptive Subgradient Methods", JMLR
//           12, 2011; Tieleman and Hinton, "RMSProp", Coursera lecture 6.5, 2012; Kingma and Ba,
//           "Adam", ICLR 2015; Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR
//           2019.
enum class OptimizerKind { kSgd, kNesterov, kAdagrad, kRmsprop, kAdam };

struct OptimizerUpdate {
  std::size_t count;
  const float* w;
  const float* g;
  const float* state[2];
  float* new_w;
  float* new_state[2];
  bool hold_zeros;
  float l1;
  float l2;
  float lr;
  float momentum;
  float keep[2];
  float add[2];
  float epsilon;
  float decay;
};

using OptimizerUpdateFn = void (*)(const OptimizerUpdate&);

struct OptimizerUpdateKernel {
  const char* name;
  cpu::Isa isa;
  OptimizerKind kind;
  OptimizerUpdateFn run;
};

const OptimizerUpdateKernel& select_optimizer_update(OptimizerKind kind);

#define FASTCNN_KERNEL(isa, kind, function) void function(const OptimizerUpdate&);
#include "kernels/optimizer_update/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
