#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/optimizer_update/optimizer_update.h"

namespace fastcnn::cuda {

// A weight with all that belongs to it.
struct Weight {
  float w, g;
  float s[2];
};

__device__ __forceinline__ float sign(float x) { return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : 0.0f; }

// Each takes x.g as g' and leaves the new x.w and x.s.
struct Sgd {
  static constexpr int kStates = 1;
  static __device__ __forceinline__ void step(const OptimizerUpdate& u, Weight& x) {
    x.s[0] = u.momentum * x.s[0] - u.lr[0] * x.g;
    x.w += x.s[0];
  }
};
struct Nesterov {
  static constexpr int kStates = 1;
  static __device__ __forceinline__ void step(const OptimizerUpdate& u, Weight& x) {
    const float descent = u.lr[0] * x.g;
    x.s[0] = u.momentum * x.s[0] - descent;
    x.w += u.momentum * x.s[0] - descent;
  }
};
struct Adagrad {
  static constexpr int kStates = 1;
  static __device__ __forceinline__ void step(const OptimizerUpdate& u, Weight& x) {
    x.s[0] = fmaf(x.g, x.g, x.s[0]);
    x.w -= u.lr[0] * x.g / sqrtf(x.s[0] + u.epsilon);
  }
};
struct Adadelta {
  static constexpr int kStates = 2;
  static __device__ __forceinline__ void step(const OptimizerUpdate& u, Weight& x) {
    x.s[0] = fmaf(u.keep[0], x.s[0], u.add[0] * x.g * x.g);
    const float d = x.g * sqrtf(x.s[1] + u.epsilon) / sqrtf(x.s[0] + u.epsilon);
    x.s[1] = fmaf(u.keep[0], x.s[1], u.add[0] * d * d);
    x.w -= u.lr[0] * d;
  }
};
struct Rmsprop {
  static constexpr int kStates = 2;
  static __device__ __forceinline__ void step(const OptimizerUpdate& u, Weight& x) {
    x.s[0] = fmaf(u.keep[0], x.s[0], u.add[0] * x.g * x.g);
    x.s[1] = fmaf(u.momentum, x.s[1], u.lr[0] * x.g / sqrtf(x.s[0] + u.epsilon));
    x.w -= x.s[1];
  }
};
struct Adamax {
  static constexpr int kStates = 2;
  static __device__ __forceinline__ void step(const OptimizerUpdate& u, Weight& x) {
    x.s[0] = fmaf(u.keep[0], x.s[0], u.add[0] * x.g);
    const float kept = u.keep[1] * x.s[1];
    x.s[1] = kept > fabsf(x.g) ? kept : fabsf(x.g);
    x.w -= u.lr[0] * x.s[0] / (x.s[1] + u.epsilon);
  }
};
struct Lion {
  static constexpr int kStates = 1;
  static __device__ __forceinline__ void step(const OptimizerUpdate& u, Weight& x) {
    const float course = fmaf(u.keep[0], x.s[0], u.add[0] * x.g);
    x.w -= course == course ? u.lr[0] * sign(course) : course;  // NaN stays NaN
    x.s[0] = fmaf(u.keep[1], x.s[0], u.add[1] * x.g);
  }
};

// The moving averages of the gradient and of its square.
__device__ __forceinline__ void move_averages(const OptimizerUpdate& u, Weight& x) {
  x.s[0] = fmaf(u.keep[0], x.s[0], u.add[0] * x.g);
  x.s[1] = fmaf(u.keep[1], x.s[1], u.add[1] * x.g * x.g);
}

struct Adam {
  static constexpr int kStates = 2;
  static __device__ __forceinline__ void step(const OptimizerUpdate& u, Weight& x) {
    move_averages(u, x);
    x.w -= u.lr[0] * x.s[0] / (sqrtf(x.s[1]) + u.epsilon);
  }
};
struct Nadam {
  static constexpr int kStates = 2;
  static __device__ __forceinline__ void step(const OptimizerUpdate& u, Weight& x) {
    move_averages(u, x);
    x.w -= fmaf(u.lr[0], x.s[0], u.lr[1] * x.g) / (sqrtf(x.s[1]) + u.epsilon);
  }
};
struct Radam {
  static constexpr int kStates = 2;
  static __device__ __forceinline__ void step(const OptimizerUpdate& u, Weight& x) {
    move_averages(u, x);
    x.w -= x.s[0] * (u.lr[0] / (sqrtf(x.s[1]) + u.epsilon) + u.lr[1]);
  }
};
struct Direction {
  static constexpr int kStates = 2;
  static __device__ __forceinline__ void step(const OptimizerUpdate& u, Weight& x) {
    move_averages(u, x);
    x.w = u.lr[0] * x.s[0] / (sqrtf(x.s[1]) + u.epsilon);
  }
};

}  // namespace fastcnn::cuda
