#include "kernels/catalogue.h"

namespace fastcnn::kernels {
namespace {

// A list line as text, "kAvx2, gemm_f32_6x16__avx2, 6, 16": families differ in what follows.
struct Line {
  const char* family;
  const char* text;
};

constexpr Line kLines[] = {
#define FASTCNN_KERNEL(...) {FASTCNN_FAMILY, #__VA_ARGS__},
#define FASTCNN_FAMILY "batch_norm"
#include "kernels/batch_norm/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "channel_copy"
#include "kernels/channel_copy/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "conv2d_backward_weights"
#include "kernels/conv2d_backward_weights/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "conv2d_depthwise"
#include "kernels/conv2d_depthwise/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "conv2d_depthwise_backward_weights"
#include "kernels/conv2d_depthwise_backward_weights/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "conv2d_depthwise_rows"
#include "kernels/conv2d_depthwise_rows/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "conv2d_direct"
#include "kernels/conv2d_direct/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "conv2d_sparse"
#include "kernels/conv2d_sparse/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "conv2d_winograd"
#include "kernels/conv2d_winograd/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "dense_sparse"
#include "kernels/dense_sparse/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "dropout"
#include "kernels/dropout/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "elementwise"
#include "kernels/elementwise/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "gemm"
#include "kernels/gemm/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "global_pool2d"
#include "kernels/global_pool2d/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "instance_norm"
#include "kernels/instance_norm/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "local_response_norm"
#include "kernels/local_response_norm/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "loss"
#include "kernels/loss/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "optimizer_update"
#include "kernels/optimizer_update/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "peak"
#include "kernels/peak/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "pixel_lines"
#include "kernels/pixel_lines/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "pool2d"
#include "kernels/pool2d/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "reduce"
#include "kernels/reduce/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "reduce_axes"
#include "kernels/reduce_axes/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "resize"
#include "kernels/resize/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "softmax"
#include "kernels/softmax/kernels.inc"
#undef FASTCNN_FAMILY
#define FASTCNN_FAMILY "transpose2d"
#include "kernels/transpose2d/kernels.inc"
#undef FASTCNN_FAMILY
#undef FASTCNN_KERNEL
};

// The word of `text` that holds two underscores in a row.
std::string kernel_name(const std::string& text) {
  const std::size_t mark = text.find("__");
  const std::size_t begin = text.find_last_of(", ", mark) + 1;
  return text.substr(begin, text.find_first_of(", ", mark) - begin);
}

cpu::Isa isa_of(const std::string& name) {
  const std::string suffix = name.substr(name.rfind("__") + 2);
  for (const cpu::Isa isa : {cpu::Isa::kNeon, cpu::Isa::kAvx2, cpu::Isa::kAvx512}) {
    if (suffix == cpu::name_of(isa)) return isa;
  }
  return cpu::Isa::kScalar;
}

std::vector<KernelInfo> read_lines() {
  std::vector<KernelInfo> kernels;
  for (const Line& line : kLines) {
    const std::string name = kernel_name(line.text);
    kernels.push_back({line.family, name, isa_of(name)});
  }
  return kernels;
}

}  // namespace

const std::vector<KernelInfo>& catalogue() {
  static const std::vector<KernelInfo> kernels = read_lines();
  return kernels;
}

}  // namespace fastcnn::kernels
