#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernels/resize/resize.h"
#include "ops/operator.h"

namespace fastcnn::ops {

// One axis of a resize as a table: for each place of the result, `taps` places of the source and
// their weights. Attributes as in ONNX Resize:
//
//   coordinates  where place i of the result lies in the source
//   mode         nearest: one tap, by `rounding`; linear: two; cubic: four, by Keys' kernel with
//                `cubic_a`
//   exclude_outside  1: taps outside of the source are dropped and the others' weights sum to 1; 0:
//                they read the edge
class ResizeAxis {
 public:
  ResizeAxis(const OpSpec& spec, std::size_t axis);

  bool is_copy() const;
  std::size_t taps() const { return taps_; }
  kernels::ResizeAxis table() const { return {taps_, places_.data(), weights_.data()}; }

 private:
  std::size_t taps_;
  std::int64_t extent_;
  std::vector<std::int32_t> places_;
  std::vector<float> weights_;
};

// Why a node is not a resize of the rows and columns of images, or nothing.
std::optional<std::string> refuse_but_pixels(const OpSpec& spec);

}  // namespace fastcnn::ops
