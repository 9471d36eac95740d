#include "cuda/ops/gemm_weights.h"

#include "cuda/ops/checks.h"

namespace fastcnn::cuda {

GemmWeights gemm_weights(const ops::Conv2dShape& s, const float* weights) {
  const std::int64_t channels = s.ic_per_group();
  const std::int64_t rows = round_up(s.taps() * channels, kRowMultiple);
  const std::int64_t columns = round_up(s.oc_per_group(), kColumnMultiple);
  GemmWeights packed;
  packed.rows = narrow(rows);
  packed.columns = narrow(columns);
  packed.vector = channels % 4 == 0;
  packed.values.assign(static_cast<std::size_t>(s.groups * rows * columns), 0.0f);
  for (std::int64_t o = 0; o < s.oc; ++o) {
    const std::int64_t group = o / s.oc_per_group();
    float* const column = packed.values.data() + group * rows * columns + o % s.oc_per_group();
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t tap = 0; tap < s.taps(); ++tap) {
        column[(tap * channels + c) * columns] = *weights++;
      }
    }
  }
  const std::int64_t step = packed.vector ? 4 : 1;
  for (std::int64_t row = 0; row < rows; row += step) {
    const std::int64_t tap = row / channels;
    if (tap >= s.taps()) {
      packed.taps.push_back({kNoTap, kNoTap, 0, 0});
      continue;
    }
    const std::int64_t dy = tap / s.kw * s.dilation_h;
    const std::int64_t dx = tap % s.kw * s.dilation_w;
    const std::int64_t offset = (dy * s.w + dx) * s.ic + row % channels;
    packed.taps.push_back({narrow(dy), narrow(dx), narrow(offset), 0});
  }
  return packed;
}

}  // namespace fastcnn::cuda
