#pragma once

#include <memory>

#include "ops/operator.h"

namespace fastcnn::ops {

// A pooling of images.
class Pooling {
 public:
  // Whether of each 2x2 pixels, side by side and none over an edge, the largest is kept.
  virtual bool keeps_largest_of_2x2() const = 0;

 protected:
  ~Pooling() = default;
};

// An operator that can write the largest of each 2x2 pixels of its result instead of the result.
class Poolable {
 public:
  // Takes what the operator takes. Null where it cannot.
  virtual std::unique_ptr<Operator> pooled() const = 0;

 protected:
  ~Poolable() = default;
};

// `op` with the pooling `next` of its result done in the same pass; null where they do not go
// together. Every number is that of the two apart.
std::unique_ptr<Operator> make_pooled(const Operator& op, const Operator& next);

}  // namespace fastcnn::ops
