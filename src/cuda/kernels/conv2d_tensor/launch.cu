#include "cuda/kernels/conv2d_tensor/kernel.cuh"

namespace fastcnn::cuda {
namespace {

// The larger tile is taken where it still gives every multiprocessor of a large GPU work.
constexpr std::int64_t kManyTensorBlocks = 128;

struct Tile {
  int m, n;
};

Tile tile_of(const Conv2dTensor& conv) {
  const auto many = [&](int m, int n) {
    return std::int64_t{blocks(conv.pixels, m)} * blocks(conv.group_oc, n) * conv.groups >=
           kManyTensorBlocks;
  };
  if (conv.group_oc > 64 && many(128, 128)) return {128, 128};
  if (many(128, 64)) return {128, 64};
  return {64, 64};
}

template <typename Config>
void run(const Conv2dTensor& conv, cudaStream_t stream) {
  const dim3 grid(blocks(conv.pixels, Config::kBlockM), blocks(conv.group_oc, Config::kBlockN),
                  static_cast<unsigned>(conv.groups));
  launch(&conv2d_tensor_kernel<Config>, grid, dim3(Config::kThreads), stream, conv);
}

template <typename Type>
void run_type(const Conv2dTensor& conv, cudaStream_t stream) {
  const Tile tile = tile_of(conv);
  if (tile.n == 128) return run<Conv2dTensorConfig<Type, 128, 128>>(conv, stream);
  if (tile.m == 128) return run<Conv2dTensorConfig<Type, 128, 64>>(conv, stream);
  run<Conv2dTensorConfig<Type, 64, 64>>(conv, stream);
}

}  // namespace

std::int32_t conv2d_tensor_tile_columns(const Conv2dTensor& conv) { return tile_of(conv).n; }

void conv2d_tensor(const Conv2dTensor& conv, Precision precision, cudaStream_t stream) {
  switch (precision) {
    case Precision::kFloat32:
      throw Error(ErrorKind::kInternal, "conv2d_tensor: float32 has no tensor cores");
    case Precision::kTf32:
      return run_type<Tf32>(conv, stream);
    case Precision::kFloat16:
      return run_type<Float16>(conv, stream);
    case Precision::kBfloat16:
      return run_type<Bfloat16>(conv, stream);
  }
}

std::string conv2d_tensor_name(const Conv2dTensor& conv, Precision precision) {
  const Tile tile = tile_of(conv);
  const char* type = precision == Precision::kTf32      ? "tf32"
                     : precision == Precision::kFloat16 ? "f16"
                                                        : "bf16";
  return join("conv2d_tensor_", type, "_", tile.m, "x", tile.n);
}

}  // namespace fastcnn::cuda
