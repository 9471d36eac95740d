#pragma once

#include <algorithm>
#include <cstdint>

#include "base/tensor_desc.h"

namespace fastcnn::ops {

// How a sum over all images and pixels, the gradient of weights, is cut: into parts of the batch
// that are summed apart and then added in order. Shapes alone decide, so the result does not depend
// on the number of threads.
class BatchParts {
 public:
  // A part has at least kPixels terms, for each costs a pass over the weights; together they take
  // at most kMaxFloats.
  BatchParts(std::int64_t images, std::int64_t pixels, std::int64_t weights) : images_(images) {
    const std::int64_t by_work = images * pixels / kPixels;
    const std::int64_t by_memory = kMaxFloats / std::max<std::int64_t>(weights, 1);
    count_ = std::max<std::int64_t>(std::min({kMaxParts, images, by_work, by_memory}), 1);
  }

  std::int64_t count() const { return count_; }
  std::int64_t begin(std::int64_t part) const { return images_ * part / count_; }
  std::int64_t end(std::int64_t part) const { return begin(part + 1); }

 private:
  static constexpr std::int64_t kMaxParts = 16;
  static constexpr std::int64_t kPixels = 512;
  static constexpr std::int64_t kMaxFloats = std::int64_t{1} << 24;

  std::int64_t images_;
  std::int64_t count_;
};

// Images that a kernel sums in one go: so many that its sums stay in registers for a while.
inline std::int64_t images_together(std::int64_t images, std::int64_t pixels) {
  constexpr std::int64_t kPixels = 128;
  return std::clamp<std::int64_t>(divide_up(kPixels, std::max<std::int64_t>(pixels, 1)), 1,
                                  std::max<std::int64_t>(images, 1));
}

}  // namespace fastcnn::ops
