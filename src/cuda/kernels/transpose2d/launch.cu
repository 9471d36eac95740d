#include "cuda/kernels/transpose2d/kernel.cuh"

namespace fastcnn::cuda {

void transpose2d(Transpose2d transpose, std::size_t element_bytes, cudaStream_t stream) {
  transpose.column_tiles = static_cast<std::int32_t>(blocks(transpose.columns, kTransposeTile));
  transpose.tiles =
      static_cast<std::int32_t>(blocks(transpose.rows, kTransposeTile)) * transpose.column_tiles;
  const std::int64_t grid = transpose.batch * transpose.tiles;
  require(grid <= kMaxGridX, ErrorKind::kUnsupported, "cuda: a transposition of ", grid,
          " tiles; a grid has at most ", kMaxGridX, " blocks; take a smaller batch");
  void (*const kernel)(Transpose2d) = element_bytes == 1   ? &transpose2d_kernel<std::uint8_t>
                                      : element_bytes == 2 ? &transpose2d_kernel<std::uint16_t>
                                      : element_bytes == 4 ? &transpose2d_kernel<std::uint32_t>
                                                           : &transpose2d_kernel<std::uint64_t>;
  launch(kernel, dim3(static_cast<unsigned>(grid)), dim3(kTransposeTile, kTransposeRows), stream,
         transpose);
}

}  // namespace fastcnn::cuda
