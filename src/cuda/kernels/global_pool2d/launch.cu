#include "cuda/kernels/global_pool2d/kernel.cuh"

namespace fastcnn::cuda {
namespace {

template <typename Reduction>
void run(const GlobalPool2d& pool, cudaStream_t stream) {
  const dim3 grid(blocks(pool.channels, kGlobalPoolChannels), static_cast<unsigned>(pool.images));
  launch(&global_pool2d_kernel<Reduction>, grid, dim3(kGlobalPoolChannels, kGlobalPoolRows), stream,
         pool);
}

}  // namespace

void global_average_pool2d(const GlobalPool2d& pool, cudaStream_t stream) {
  run<Sum>(pool, stream);
}
void global_max_pool2d(const GlobalPool2d& pool, cudaStream_t stream) {
  run<Largest>(pool, stream);
}

}  // namespace fastcnn::cuda
