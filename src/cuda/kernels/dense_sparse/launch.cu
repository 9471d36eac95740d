#include "cuda/kernels/dense_sparse/kernel.cuh"

namespace fastcnn::cuda {

void dense_sparse(const DenseSparse& dense, cudaStream_t stream) {
  launch(&dense_sparse_kernel,
         dim3(blocks(dense.num_outputs, kDenseSparseWarps),
              blocks(dense.samples, kDenseSparseSamples)),
         dim3(32 * kDenseSparseWarps), stream, dense);
}

}  // namespace fastcnn::cuda
