#pragma once

#include "cuda/base/fragment.cuh"

namespace fastcnn::cuda {

// How a block of four warps covers the product: two by two, each a quarter of the tile, down the
// rows of the weights in steps of kBlockK, of which kStages are in shared memory at a time.
template <typename Type_, int kBlockM_, int kBlockN_>
struct Conv2dTensorConfig {
  using Type = Type_;
  using Weights = typename Type::Weights;
  static constexpr int kThreads = 128;
  static constexpr int kBlockM = kBlockM_;
  static constexpr int kBlockN = kBlockN_;
  static constexpr int kBlockK = kFragmentK;
  static constexpr int kWarpM = kBlockM / 2;
  static constexpr int kWarpN = kBlockN / 2;
  static constexpr int kPieces = kWarpM / kFragmentM;  // of a warp's rows
  static constexpr int kStrips = kWarpN / kFragmentN;  // of a warp's columns
  static constexpr int kBlockStrips = kBlockN / kFragmentN;
  static constexpr int kColumnBytes = 4 * sizeof(Weights);  // of a column in a step
  static constexpr int kWeightBytes = kBlockN * kColumnBytes;
  // As many as fit in the 48 KB that a block has without asking, up to four.
  static constexpr int kStageBytes = kBlockM * kBlockK * 4 + kWeightBytes;
  static constexpr int kStages = kStageBytes * 4 <= 49152 ? 4 : 3;

  static_assert(kStageBytes * kStages <= 49152, "static shared memory");
};

}  // namespace fastcnn::cuda
