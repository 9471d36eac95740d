#include "kernels/conv2d_winograd/conv2d_winograd.h"

#include "kernels/conv2d_winograd/points.h"
#include "kernels/select.h"

namespace fastcnn::kernels {
namespace {

constexpr double kP = kPointP;
constexpr double kQ = kPointQ;

// The row of a point p is (1, p, p^2) over the product of p's distances to the other points.
constexpr double kAtZero = 1 / (kP * kP * kQ * kQ);
constexpr double kAtP = 1 / (2 * kP * kP * (kP * kP - kQ * kQ));
constexpr double kAtQ = 1 / (2 * kQ * kQ * (kQ * kQ - kP * kP));

constexpr double kWeights4[6][3] = {
    {kAtZero, 0, 0},
    {kAtP, kAtP* kP, kAtP* kP* kP},
    {kAtP, -kAtP* kP, kAtP* kP* kP},
    {kAtQ, kAtQ* kQ, kAtQ* kQ* kQ},
    {kAtQ, -kAtQ* kQ, kAtQ* kQ* kQ},
    {0, 0, 1},
};
constexpr double kWeights2[4][3] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};

}  // namespace

const WinogradKernel& select_conv2d_winograd(std::size_t m) {
  static constexpr WinogradKernel list[] = {
#define FASTCNN_KERNEL(isa, function, m) {#function, cpu::Isa::isa, function, m},
#include "kernels/conv2d_winograd/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list, m);
}

const double* winograd_weights(std::size_t m) { return m == 4 ? kWeights4[0] : kWeights2[0]; }

}  // namespace fastcnn::kernels
