#include "cuda/kernels/pool2d/kernel.cuh"

namespace fastcnn::cuda {
namespace {

template <typename Window>
void run(const Pool2d& pool, cudaStream_t stream) {
  launch(&pool2d_kernel<Window>, dim3(blocks(pool.size, kPool2dThreads)), dim3(kPool2dThreads),
         stream, pool);
}

template <typename Spread>
void run_backward(const Pool2dBackward& pool, cudaStream_t stream) {
  launch(&pool2d_backward_kernel<Spread>, dim3(blocks(pool.size, kPool2dThreads)),
         dim3(kPool2dThreads), stream, pool);
}

}  // namespace

void max_pool2d(const Pool2d& pool, cudaStream_t stream) { run<WindowMax>(pool, stream); }
void average_pool2d(const Pool2d& pool, cudaStream_t stream) { run<WindowMean>(pool, stream); }

void max_pool2d_backward(const Pool2dBackward& pool, cudaStream_t stream) {
  run_backward<SpreadMax>(pool, stream);
}

void average_pool2d_backward(const Pool2dBackward& pool, cudaStream_t stream) {
  run_backward<SpreadMean>(pool, stream);
}

}  // namespace fastcnn::cuda
