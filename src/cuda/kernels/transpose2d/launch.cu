#include "cuda/kernels/transpose2d/kernel.cuh"

namespace fastcnn::cuda {

void transpose2d(Transpose2d transpose, cudaStream_t stream) {
  transpose.column_tiles = static_cast<std::int32_t>(blocks(transpose.columns, kTransposeTile));
  transpose.tiles =
      static_cast<std::int32_t>(blocks(transpose.rows, kTransposeTile)) * transpose.column_tiles;
  const std::int64_t grid = transpose.batch * transpose.tiles;
  require(grid <= kMaxGridX, ErrorKind::kUnsupported, "cuda: a transposition of ", grid,
          " tiles; a grid has at most ", kMaxGridX, " blocks; take a smaller batch");
  launch(&transpose2d_kernel, dim3(static_cast<unsigned>(grid)),
         dim3(kTransposeTile, kTransposeRows), stream, transpose);
}

}  // namespace fastcnn::cuda
