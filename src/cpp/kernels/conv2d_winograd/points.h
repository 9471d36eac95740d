#pragma once

namespace fastcnn::kernels {

// The points of F(4, 3): 0, p, -p, q, -q and infinity. F(2, 3) has 0, 1, -1 and infinity.
//
// All entries of A and B are sums and products of them and exact in float32.
static constexpr float kPointP = 0.625f;
static constexpr float kPointQ = 1.5f;

}  // namespace fastcnn::kernels
