#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <vector>

#include "base/error.h"

namespace fastcnn {

// Extents of a tensor, in elements, outermost first. A scalar has rank 0 and one element.
class Shape {
 public:
  static constexpr std::size_t kMaxRank = 8;

  Shape() = default;
  Shape(std::initializer_list<std::int64_t> extents) : Shape(std::vector<std::int64_t>(extents)) {}
  explicit Shape(const std::vector<std::int64_t>& extents) : rank_(extents.size()) {
    require(rank_ <= kMaxRank, ErrorKind::kShape, "shape: rank ", rank_, " is over the limit of ",
            kMaxRank);
    for (std::size_t i = 0; i < rank_; ++i) {
      require(extents[i] >= 0, ErrorKind::kShape, "shape: extent ", i, " is ", extents[i]);
      extents_[i] = extents[i];
    }
    count();
  }

  std::size_t rank() const { return rank_; }
  std::int64_t operator[](std::size_t axis) const { return extents_[axis]; }

  // Number of elements; throws where the product leaves 62 bits.
  std::int64_t count() const {
    std::int64_t product = 1;
    for (std::size_t i = 0; i < rank_; ++i) {
      require(!__builtin_mul_overflow(product, extents_[i], &product) &&
                  product <= (std::int64_t{1} << 62),
              ErrorKind::kShape, "shape: the number of elements of ", *this, " is over 2^62");
    }
    return product;
  }

  friend bool operator==(const Shape& a, const Shape& b) {
    if (a.rank_ != b.rank_) return false;
    for (std::size_t i = 0; i < a.rank_; ++i) {
      if (a.extents_[i] != b.extents_[i]) return false;
    }
    return true;
  }
  friend bool operator!=(const Shape& a, const Shape& b) { return !(a == b); }

  friend std::ostream& operator<<(std::ostream& out, const Shape& shape) {
    out << '(';
    for (std::size_t i = 0; i < shape.rank_; ++i) out << (i ? ", " : "") << shape.extents_[i];
    return out << (shape.rank_ == 1 ? ",)" : ")");
  }

 private:
  std::size_t rank_ = 0;
  std::array<std::int64_t, kMaxRank> extents_{};
};

}  // namespace fastcnn
