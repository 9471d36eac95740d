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

// The points of F(4, 4): s, -s, 1, -1, l, -l and infinity. Without a zero among them all rows of B
// come in pairs.
static constexpr float kPointS = 0.25f;
static constexpr float kPointL = 2.0f;

static constexpr double kS = kPointS;
static constexpr double kL = kPointL;
static constexpr double kAtS = 1 / (2 * kS * (kS * kS - 1) * (kS * kS - kL * kL));
static constexpr double kAtOne = 1 / (2 * (1 - kS * kS) * (1 - kL * kL));
static constexpr double kAtL = 1 / (2 * kL * (kL * kL - kS * kS) * (kL * kL - 1));
static constexpr double kWinogradFilters4By4[7][4] = {
    {kAtS, kAtS* kS, kAtS* kS* kS, kAtS* kS* kS* kS},
    {-kAtS, kAtS* kS, -kAtS* kS* kS, kAtS* kS* kS* kS},
    {kAtOne, kAtOne, kAtOne, kAtOne},
    {-kAtOne, kAtOne, -kAtOne, kAtOne},
    {kAtL, kAtL* kL, kAtL* kL* kL, kAtL* kL* kL* kL},
    {-kAtL, kAtL* kL, -kAtL* kL* kL, kAtL* kL* kL* kL},
    {0, 0, 0, 1},
};

}  // namespace fastcnn::kernels
