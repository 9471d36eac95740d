#pragma once

#include <cstddef>

#include "kernels/elementwise/elementwise.h"
#include "ops/operator.h"

namespace fastcnn::ops {

struct ElementwiseParameters {
  float p = 0;
  float q = 0;
};

// What an elementwise op computes, and what of its attributes the kernel is told.
struct ElementwiseFunction {
  const char* op;
  std::size_t inputs;
  kernels::ElementwiseKind kind;
  ElementwiseParameters (*parameters)(const OpSpec&);
  double flops;  // an element, with the polynomials of simd/
};

// Checks the number of inputs and outputs; an internal error for an op that is not elementwise.
const ElementwiseFunction& expect_elementwise(const OpSpec& spec);

// `function.kind`, or the one that an attribute chooses.
kernels::ElementwiseKind elementwise_kind(const OpSpec& spec, const ElementwiseFunction& function);

}  // namespace fastcnn::ops
