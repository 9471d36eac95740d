#include "ops/normalisation/channel_pass.h"

#include <algorithm>
#include <atomic>

namespace fastcnn::ops {
namespace {

using kernels::BatchNormKind;
using kernels::BatchNormRows;

std::size_t sums_of(BatchNormKind kind) {
  switch (kind) {
    case BatchNormKind::kSum:
    case BatchNormKind::kDeviation:
      return 1;
    case BatchNormKind::kMoments:
    case BatchNormKind::kGradient:
    case BatchNormKind::kMaskedGradient:
      return 2;
    case BatchNormKind::kNormalize:
    case BatchNormKind::kNormalizeAdd:
    case BatchNormKind::kBackward:
    case BatchNormKind::kMaskedBackward:
      break;
  }
  return 0;
}

// A pass leaves the pointers that it does not use null.
template <typename Pointer>
Pointer advance(Pointer pointer, std::int64_t count) {
  return pointer == nullptr ? nullptr : pointer + count;
}

}  // namespace

ChannelPass::ChannelPass(const ChannelView& view, BatchNormKind kind)
    : view_(view), kernel_(kernels::select_batch_norm(kind)), sums_(sums_of(kind)) {}

void ChannelPass::run(const cpu::Parallel& parallel, const BatchNormRows& whole, float* partial,
                      const ChannelView::Groups& groups, Order order) const {
  const std::int64_t first = groups.begin * view_.chunks_per_group();
  const auto body = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) run_chunk(whole, first + i, partial);
  };
  const Split split = view_.split(groups);
  if (order == Order::kBackwards) {
    split.run_backwards(parallel, body);
  } else {
    split.run(parallel, body);
  }
}

void ChannelPass::run_first(const cpu::Parallel& parallel, const BatchNormRows& whole,
                            float* partial) const {
  const std::int64_t of_group = view_.chunks_per_group();
  parallel(static_cast<std::size_t>(view_.chunks() / of_group),
           [&](std::size_t group, std::size_t) {
             run_chunk(whole, static_cast<std::int64_t>(group) * of_group, partial);
           });
}

void ChannelPass::run_chunk(const BatchNormRows& whole, std::int64_t chunk, float* partial) const {
  const auto lanes = static_cast<std::int64_t>(view_.lanes());
  const std::int64_t lane = chunk / view_.chunks_per_group() * lanes;
  BatchNormRows rows = whole;
  rows.row_stride = view_.row_stride();
  rows.mean = advance(whole.mean, lane);
  rows.scale = advance(whole.scale, lane);
  rows.shift = advance(whole.shift, lane);
  rows.slope = advance(whole.slope, lane);
  rows.beta = advance(whole.beta, lane);
  if (sums_ > 0) {
    rows.sum = partial + chunk * lanes;
    std::fill(rows.sum, rows.sum + lanes, 0.0f);
  }
  if (sums_ > 1) {
    rows.product = rows.sum + view_.chunks() * lanes;
    std::fill(rows.product, rows.product + lanes, 0.0f);
  }
  view_.for_each_run(chunk, [&](std::int64_t offset, std::int64_t count, std::int64_t width) {
    rows.rows = static_cast<std::size_t>(count);
    rows.width = static_cast<std::size_t>(width);
    rows.src = advance(whole.src, offset);
    rows.grad_dst = advance(whole.grad_dst, offset);
    rows.residual = advance(whole.residual, offset);
    rows.dst = advance(whole.dst, offset);
    rows.grad_src = advance(whole.grad_src, offset);
    kernel_.run(rows);
  });
  if (whole.stream) std::atomic_thread_fence(std::memory_order_seq_cst);
}

double ChannelPass::first_mean(const float* partial, std::int64_t channel) const {
  const auto lanes = static_cast<std::int64_t>(view_.lanes());
  const std::int64_t first = view_.first_lane(channel);
  const std::int64_t chunk = first / lanes * view_.chunks_per_group();
  double sum = 0;
  std::int64_t values = 0;
  for (std::int64_t lane = first; lane < view_.last_lane(channel); ++lane) {
    sum += static_cast<double>(partial[chunk * lanes + lane % lanes]);
    view_.for_each_run(chunk, [&](std::int64_t, std::int64_t count, std::int64_t width) {
      if (lane % lanes < width) values += count;
    });
  }
  return values == 0 ? 0 : sum / static_cast<double>(values);
}

double ChannelPass::total(const float* partial, std::size_t sum, std::int64_t channel) const {
  const auto lanes = static_cast<std::int64_t>(view_.lanes());
  const float* sums = partial + static_cast<std::int64_t>(sum) * view_.chunks() * lanes;
  double total = 0;
  for (std::int64_t lane = view_.first_lane(channel); lane < view_.last_lane(channel); ++lane) {
    const std::int64_t first_chunk = lane / lanes * view_.chunks_per_group();
    for (std::int64_t part = 0; part < view_.chunks_per_group(); ++part) {
      total += static_cast<double>(sums[(first_chunk + part) * lanes + lane % lanes]);
    }
  }
  return total;
}

}  // namespace fastcnn::ops
