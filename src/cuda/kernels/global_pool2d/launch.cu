#include "cuda/kernels/global_pool2d/kernel.cuh"

namespace fastcnn::cuda {
namespace {

template <typename Reduction>
void run(const GlobalPool2d& pool, cudaStream_t stream) {
  const dim3 grid(blocks(pool.channels, kGlobalPoolChannels), static_cast<unsigned>(pool.images));
  launch(&global_pool2d_kernel<Reduction>, grid, dim3(kGlobalPoolChannels, kGlobalPoolRows), stream,
         pool);
}

template <bool kMax>
void run_backward(const GlobalPool2dBackward& pool, cudaStream_t stream) {
  const std::int64_t size = std::int64_t{pool.images} * pool.pixels * pool.channels;
  launch(&global_pool2d_backward_kernel<kMax>, dim3(blocks(size, kGlobalPoolThreads)),
         dim3(kGlobalPoolThreads), stream, pool);
}

}  // namespace

void global_average_pool2d(const GlobalPool2d& pool, cudaStream_t stream) {
  run<Sum>(pool, stream);
}
void global_max_pool2d(const GlobalPool2d& pool, cudaStream_t stream) {
  run<Largest>(pool, stream);
}

void global_average_pool2d_backward(const GlobalPool2dBackward& pool, cudaStream_t stream) {
  run_backward<false>(pool, stream);
}
void global_max_pool2d_backward(const GlobalPool2dBackward& pool, cudaStream_t stream) {
  run_backward<true>(pool, stream);
}

}  // namespace fastcnn::cuda
