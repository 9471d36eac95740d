#include "cuda/kernels/metrics/kernel.cuh"

namespace fastcnn::cuda {
namespace {

template <typename Count>
void count_rows(const Metric& metric, cudaStream_t stream) {
  launch(&metric_kernel<Count>, dim3(blocks(metric.rows, kMetricWarps)), dim3(32 * kMetricWarps),
         stream, metric);
}

}  // namespace

void top_k_correct(const Metric& metric, cudaStream_t stream) {
  count_rows<AheadOfLabel>(metric, stream);
}

void binary_correct(const Metric& metric, cudaStream_t stream) {
  count_rows<RightAnswers>(metric, stream);
}

void arg_extreme(const ArgExtreme& extreme, cudaStream_t stream) {
  if (extreme.inner < 32) {
    return launch(&arg_extreme_runs_kernel, dim3(blocks(extreme.outer, kMetricWarps)),
                  dim3(32 * kMetricWarps), stream, extreme);
  }
  launch(&arg_extreme_kernel, dim3(blocks(extreme.outer * extreme.inner, 32 * kMetricWarps)),
         dim3(32 * kMetricWarps), stream, extreme);
}

}  // namespace fastcnn::cuda
