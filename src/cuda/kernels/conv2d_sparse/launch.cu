#include "cuda/kernels/conv2d_sparse/kernel.cuh"

namespace fastcnn::cuda {
namespace {

template <int kPixels, int kHeight>
void run_sparse(const Conv2dSparse& conv, bool vector, cudaStream_t stream) {
  const std::int64_t grid = std::int64_t{blocks(conv.pixels, kPixels)} * conv.num_tiles;
  require(grid <= kMaxGridX, ErrorKind::kUnsupported, "cuda: a sparse convolution of ", grid,
          " blocks; a grid has at most ", kMaxGridX, "; take a smaller batch");
  launch(vector ? &conv2d_sparse_kernel<SparseConfig<kPixels, kHeight, true>>
                : &conv2d_sparse_kernel<SparseConfig<kPixels, kHeight, false>>,
         dim3(static_cast<unsigned>(grid)), dim3(32 * kSparseWarps), stream, conv);
}

}  // namespace

void conv2d_sparse(const Conv2dSparse& conv, const SparseCut& cut, bool vector,
                   cudaStream_t stream) {
  if (cut.pixels == 128) {
    cut.height == 1 ? run_sparse<128, 1>(conv, vector, stream)
                    : run_sparse<128, 4>(conv, vector, stream);
  } else {
    cut.height == 1 ? run_sparse<64, 1>(conv, vector, stream)
                    : run_sparse<64, 4>(conv, vector, stream);
  }
}

}  // namespace fastcnn::cuda
