#include "cuda/kernels/conv2d_sparse_tensor/kernel.cuh"

namespace fastcnn::cuda {

void conv2d_sparse_tensor(const Conv2dSparseTensor& conv, Precision precision,
                          cudaStream_t stream) {
  const dim3 grid(blocks(conv.pixels, kSparseTensorTile), blocks(conv.group_oc, kSparseTensorTile),
                  static_cast<unsigned>(conv.groups));
  launch(precision == Precision::kFloat16 ? &conv2d_sparse_tensor_kernel<Float16>
                                          : &conv2d_sparse_tensor_kernel<Bfloat16>,
         grid, dim3(kSparseTensorThreads), stream, conv);
}

}  // namespace fastcnn::cuda
