#pragma once

namespace fastcnn::kernels {

// The points of F(4, 3): 0, p, -p, q, -q and infinity. F(2, 3) has 0, 1, -1 and infinity.
//
// All entries of A and B are sums and products of them and exact in float32.
static constexpr float kPointP = 0.625f;
static constexpr float kPointQ = 1.5f;

// G of U = G g G^T for F(2, 3) and F(4, 3): the row of a point p is (1, p, p^2) over the product of
// p's distances to the other points.
static constexpr double kWinogradFilters2[4][3] = {
    {1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};

static constexpr double kP = kPointP;
static constexpr double kQ = kPointQ;
static constexpr double kAtZero = 1 / (kP * kP * kQ * kQ);
static constexpr double kAtP = 1 / (2 * kP * kP * (kP * kP - kQ * kQ));
static constexpr double kAtQ = 1 / (2 * kQ * kQ * (kQ * kQ - kP * kP));
static constexpr double kWinogradFilters4[6][3] = {
    {kAtZero, 0, 0},
    {kAtP, kAtP* kP, kAtP* kP* kP},
    {kAtP, -kAtP* kP, kAtP* kP* kP},
    {kAtQ, kAtQ* kQ, kAtQ* kQ* kQ},
    {kAtQ, -kAtQ* kQ, kAtQ* kQ* kQ},
    {0, 0, 1},
};

}  // namespace fastcnn::kernels
