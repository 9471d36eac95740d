#include "cuda/kernels/conv2d_gemm/kernel.cuh"

namespace fastcnn::cuda {
namespace {

// 128 pixels a block where that gives every multiprocessor of a large GPU work, else 64.
constexpr std::int64_t kManyBlocks = 128;

bool takes_large(const Conv2dGemm& conv) {
  return std::int64_t{blocks(conv.pixels, 128)} * blocks(conv.group_oc, 64) * conv.groups >=
         kManyBlocks;
}

template <int kPixels, bool kVector>
void run(const Conv2dGemm& conv, cudaStream_t stream) {
  using Config = Conv2dGemmConfig<kPixels, kVector>;
  const dim3 grid(blocks(conv.pixels, Config::kBlockM), blocks(conv.group_oc, Config::kBlockN),
                  static_cast<unsigned>(conv.groups));
  launch(&conv2d_gemm_kernel<Config>, grid, dim3(Config::kThreads), stream, conv);
}

}  // namespace

void conv2d_gemm(const Conv2dGemm& conv, bool vector, cudaStream_t stream) {
  if (takes_large(conv)) {
    vector ? run<8, true>(conv, stream) : run<8, false>(conv, stream);
  } else {
    vector ? run<4, true>(conv, stream) : run<4, false>(conv, stream);
  }
}

const char* conv2d_gemm_name(const Conv2dGemm& conv, bool vector) {
  if (takes_large(conv)) return vector ? "conv2d_gemm_f32_128x64x4" : "conv2d_gemm_f32_128x64";
  return vector ? "conv2d_gemm_f32_64x64x4" : "conv2d_gemm_f32_64x64";
}

}  // namespace fastcnn::cuda
