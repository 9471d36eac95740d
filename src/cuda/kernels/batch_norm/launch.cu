#include "cuda/kernels/batch_norm/kernel.cuh"

namespace fastcnn::cuda {
namespace {

constexpr std::int64_t kPartRows = 256;  // the fewest for which a block of its own is worth it
constexpr std::int64_t kMostParts = 64;

template <ChannelTerm kTerm>
void sum(const ChannelSums& sums, cudaStream_t stream) {
  const dim3 grid(blocks(sums.channels, kSumChannels), static_cast<unsigned>(sums.splits));
  launch(&channel_sums_kernel<kTerm>, grid, dim3(kSumChannels, kSumRows), stream, sums);
}

template <ChannelResult kResult>
void finish(const ChannelSums& sums, cudaStream_t stream) {
  launch(&channel_results_kernel<kResult>, dim3(blocks(sums.channels, kBatchNormThreads)),
         dim3(kBatchNormThreads), stream, sums);
}

}  // namespace

void batch_norm(const BatchNorm& pass, cudaStream_t stream) {
  launch(&batch_norm_kernel, dim3(blocks(pass.size, kBatchNormThreads)), dim3(kBatchNormThreads),
         stream, pass);
}

void batch_norm_backward(const BatchNormBackward& pass, cudaStream_t stream) {
  launch(&batch_norm_backward_kernel, dim3(blocks(pass.size, kBatchNormThreads)),
         dim3(kBatchNormThreads), stream, pass);
}

std::int32_t channel_splits(std::int64_t rows) {
  const std::int64_t parts = rows / kPartRows;
  return static_cast<std::int32_t>(parts < 1 ? 1 : parts > kMostParts ? kMostParts : parts);
}

void channel_sums(ChannelTerm term, ChannelResult result, ChannelSums sums, cudaStream_t stream) {
  sums.splits = channel_splits(sums.rows);
  switch (term) {
    case ChannelTerm::kValue:
      sum<ChannelTerm::kValue>(sums, stream);
      break;
    case ChannelTerm::kDeviation:
      sum<ChannelTerm::kDeviation>(sums, stream);
      break;
    case ChannelTerm::kGradient:
      sum<ChannelTerm::kGradient>(sums, stream);
      break;
  }
  switch (result) {
    case ChannelResult::kSum:
      return finish<ChannelResult::kSum>(sums, stream);
    case ChannelResult::kMean:
      return finish<ChannelResult::kMean>(sums, stream);
    case ChannelResult::kSpread:
      return finish<ChannelResult::kSpread>(sums, stream);
    case ChannelResult::kGradient:
      return finish<ChannelResult::kGradient>(sums, stream);
  }
}

}  // namespace fastcnn::cuda
