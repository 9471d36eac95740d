#pragma once

#include "kernels/optimizer_update/optimizer_update.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

// The parameters in every lane, and one vector of weights with all that belongs to it.
template <typename V>
struct Lanes {
  V l1, l2_twice, lr[2], momentum, keep[2], add[2], epsilon, decay;
  V w, g, state[2];
};

template <typename V>
FASTCNN_INLINE V sign(V x, V one) {
  const V zero = V::zero();
  return select(less(zero, x), one, select(less(x, zero), zero - one, zero));
}

// The moving averages of the gradient and of its square.
template <typename V>
FASTCNN_INLINE void move_averages(Lanes<V>& l) {
  l.state[0] = fma(l.keep[0], l.state[0], l.add[0] * l.g);
  l.state[1] = fma(l.keep[1], l.state[1], l.add[1] * l.g * l.g);
}

// Each takes l.g as g' and leaves the new l.w and l.state.
struct Sgd {
  static constexpr std::size_t states = 1;
  template <typename V>
  static FASTCNN_MEMBER void step(Lanes<V>& l) {
    l.state[0] = l.momentum * l.state[0] - l.lr[0] * l.g;
    l.w = l.w + l.state[0];
  }
};
struct Nesterov {
  static constexpr std::size_t states = 1;
  template <typename V>
  static FASTCNN_MEMBER void step(Lanes<V>& l) {
    const V descent = l.lr[0] * l.g;
    l.state[0] = l.momentum * l.state[0] - descent;
    l.w = l.w + (l.momentum * l.state[0] - descent);
  }
};
struct Adagrad {
  static constexpr std::size_t states = 1;
  template <typename V>
  static FASTCNN_MEMBER void step(Lanes<V>& l) {
    l.state[0] = fma(l.g, l.g, l.state[0]);
    l.w = l.w - l.lr[0] * l.g / sqrt(l.state[0] + l.epsilon);
  }
};
struct Adadelta {
  static constexpr std::size_t states = 2;
  template <typename V>
  static FASTCNN_MEMBER void step(Lanes<V>& l) {
    l.state[0] = fma(l.keep[0], l.state[0], l.add[0] * l.g * l.g);
    const V d = l.g * sqrt(l.state[1] + l.epsilon) / sqrt(l.state[0] + l.epsilon);
    l.state[1] = fma(l.keep[0], l.state[1], l.add[0] * d * d);
    l.w = l.w - l.lr[0] * d;
  }
};
struct Rmsprop {
  static constexpr std::size_t states = 2;
  template <typename V>
  static FASTCNN_MEMBER void step(Lanes<V>& l) {
    l.state[0] = fma(l.keep[0], l.state[0], l.add[0] * l.g * l.g);
    l.state[1] = fma(l.momentum, l.state[1], l.lr[0] * l.g / sqrt(l.state[0] + l.epsilon));
    l.w = l.w - l.state[1];
  }
};
struct Adamax {
  static constexpr std::size_t states = 2;
  template <typename V>
  static FASTCNN_MEMBER void step(Lanes<V>& l) {
    l.state[0] = fma(l.keep[0], l.state[0], l.add[0] * l.g);
    l.state[1] = max(l.keep[1] * l.state[1], abs(l.g));
    l.w = l.w - l.lr[0] * l.state[0] / (l.state[1] + l.epsilon);
  }
};
struct Lion {
  static constexpr std::size_t states = 1;
  template <typename V>
  static FASTCNN_MEMBER void step(Lanes<V>& l) {
    const V course = fma(l.keep[0], l.state[0], l.add[0] * l.g);
    l.w = l.w - select(equal(course, course), sign(course, l.lr[0]), course);  // NaN stays NaN
    l.state[0] = fma(l.keep[1], l.state[0], l.add[1] * l.g);
  }
};
struct Adam {
  static constexpr std::size_t states = 2;
  template <typename V>
  static FASTCNN_MEMBER void step(Lanes<V>& l) {
    move_averages(l);
    l.w = l.w - l.lr[0] * l.state[0] / (sqrt(l.state[1]) + l.epsilon);
  }
};
struct Nadam {
  static constexpr std::size_t states = 2;
  template <typename V>
  static FASTCNN_MEMBER void step(Lanes<V>& l) {
    move_averages(l);
    l.w = l.w - fma(l.lr[0], l.state[0], l.lr[1] * l.g) / (sqrt(l.state[1]) + l.epsilon);
  }
};
struct Radam {
  static constexpr std::size_t states = 2;
  template <typename V>
  static FASTCNN_MEMBER void step(Lanes<V>& l) {
    move_averages(l);
    l.w = l.w - l.state[0] * (l.lr[0] / (sqrt(l.state[1]) + l.epsilon) + l.lr[1]);
  }
};
struct Direction {
  static constexpr std::size_t states = 2;
  template <typename V>
  static FASTCNN_MEMBER void step(Lanes<V>& l) {
    move_averages(l);
    l.w = l.lr[0] * l.state[0] / (sqrt(l.state[1]) + l.epsilon);
  }
};

template <typename V, typename Rule>
FASTCNN_INLINE void step(Lanes<V>& l, bool hold_zeros) {
  const V w = l.w;
  l.g = fma(l.l2_twice, w, l.g + sign(w, l.l1));
  l.w = w - l.decay * w;
  Rule::step(l);
  if (hold_zeros) l.w = select(equal(w, V::zero()), w, l.w);
}

template <typename V, typename Rule>
FASTCNN_INLINE void optimizer_update(const OptimizerUpdate& u) {
  Lanes<V> l;
  l.l1 = V::broadcast(u.l1);
  l.l2_twice = V::broadcast(2.0f * u.l2);
  l.momentum = V::broadcast(u.momentum);
  l.epsilon = V::broadcast(u.epsilon);
  l.decay = V::broadcast(u.decay);
  for (std::size_t k = 0; k < 2; ++k) {
    l.lr[k] = V::broadcast(u.lr[k]);
    l.keep[k] = V::broadcast(u.keep[k]);
    l.add[k] = V::broadcast(u.add[k]);
  }

  std::size_t i = 0;
  for (; i + V::lanes <= u.count; i += V::lanes) {
    l.w = V::load(u.w + i);
    l.g = V::load(u.g + i);
    for (std::size_t k = 0; k < Rule::states; ++k) l.state[k] = V::load(u.state[k] + i);
    step<V, Rule>(l, u.hold_zeros);
    store(u.new_w + i, l.w);
    for (std::size_t k = 0; k < Rule::states; ++k) store(u.new_state[k] + i, l.state[k]);
  }
  if (const std::size_t rest = u.count - i) {
    l.w = V::load_partial(u.w + i, rest);
    l.g = V::load_partial(u.g + i, rest);
    for (std::size_t k = 0; k < Rule::states; ++k) {
      l.state[k] = V::load_partial(u.state[k] + i, rest);
    }
    step<V, Rule>(l, u.hold_zeros);
    store_partial(u.new_w + i, l.w, rest);
    for (std::size_t k = 0; k < Rule::states; ++k) {
      store_partial(u.new_state[k] + i, l.state[k], rest);
    }
  }
}

}  // namespace fastcnn::kernels
