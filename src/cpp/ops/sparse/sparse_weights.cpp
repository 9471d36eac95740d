#include "ops/sparse/sparse_weights.h"

#include <algorithm>
#include <utility>

#include "base/aligned_buffer.h"

namespace fastcnn::ops {
namespace {

std::size_t round_to_line(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

SparseWeights::SparseWeights(const Conv2dShape& shape, const SparseTiles& tiles,
                             const float* weights, std::int64_t parts)
    : shape_(shape), tiles_(tiles) {
  const std::int64_t inputs = shape.ic_per_group();
  const std::int64_t outputs = shape.oc_per_group();
  for (std::int64_t group = 0; group < shape.groups; ++group) {
    const std::size_t first_panel = panels_.size();
    for (std::int64_t c = 0; c < inputs; c += tiles.panel_channels()) {
      panels_.push_back({group * inputs + c, std::min(tiles.panel_channels(), inputs - c)});
    }
    for (std::int64_t p = 0; p < parts; ++p) {
      const std::int64_t begin = outputs * p / parts;
      Part part{group * outputs + begin, outputs * (p + 1) / parts - begin, {}};
      if (part.channels == 0) continue;
      for (std::size_t i = first_panel; i < panels_.size(); ++i) {
        Work work{i, i == first_panel, i + 1 == panels_.size(), size_bytes_, 0, 0};
        std::size_t entries = 0;
        for (const Count& count :
             sorted_counts(weights, part, panels_[i], work.first || work.last)) {
          ++work.num_rows;
          entries += count.entries;
        }
        nonzeros_ += static_cast<std::int64_t>(entries);
        work.entries = round_to_line(work.rows + work.num_rows * sizeof(kernels::SparseRow));
        size_bytes_ = round_to_line(work.entries + entries * sizeof(kernels::SparseEntry));
        if (work.num_rows > 0) part.work.push_back(work);
      }
      parts_.push_back(std::move(part));
    }
  }
}

std::int64_t SparseWeights::first_channel_of_group(std::int64_t output_channel) const {
  return output_channel / shape_.oc_per_group() * shape_.ic_per_group();
}

// A row without an entry has nothing to do but to start its sums, or to finish them.
std::vector<SparseWeights::Count> SparseWeights::sorted_counts(const float* weights,
                                                               const Part& part, const Panel& panel,
                                                               bool every_row) const {
  const std::int64_t inputs = shape_.ic_per_group();
  const std::int64_t taps = shape_.taps();
  const std::int64_t begin = panel.channel - first_channel_of_group(part.channel);
  std::vector<Count> counts;
  for (std::int64_t row = 0; row < part.channels; ++row) {
    const float* const w = weights + ((part.channel + row) * inputs + begin) * taps;
    const auto zeros = std::count(w, w + panel.channels * taps, 0.0f);
    const std::int64_t entries = panel.channels * taps - zeros;
    if (entries > 0 || every_row) {
      counts.push_back({static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(entries)});
    }
  }
  std::stable_sort(counts.begin(), counts.end(),
                   [](const Count& a, const Count& b) { return a.entries < b.entries; });
  return counts;
}

void SparseWeights::pack(const float* weights, char* dst) const {
  const std::int64_t inputs = shape_.ic_per_group();
  for (const Part& part : parts_) {
    for (const Work& work : part.work) {
      const Panel& panel = panels_[work.panel];
      const std::int64_t begin = panel.channel - first_channel_of_group(part.channel);
      auto* row = reinterpret_cast<kernels::SparseRow*>(dst + work.rows);
      auto* entry = reinterpret_cast<kernels::SparseEntry*>(dst + work.entries);
      for (const Count& count : sorted_counts(weights, part, panel, work.first || work.last)) {
        *row++ = {count.row, count.entries};
        const float* w = weights + ((part.channel + count.row) * inputs + begin) * shape_.taps();
        for (std::int64_t c = 0; c < panel.channels; ++c) {
          for (std::int64_t k = 0; k < shape_.kh; ++k) {
            for (std::int64_t l = 0; l < shape_.kw; ++l, ++w) {
              if (*w == 0.0f) continue;
              *entry++ = {static_cast<std::int32_t>(tiles_.offset(c, k, l)), *w};
            }
          }
        }
      }
    }
  }
}

Packing SparseWeights::packing(std::shared_ptr<const SparseWeights> self, std::size_t input) {
  Packing packing;
  packing.input = input;
  packing.format = join("conv2d_sparse: vectors ", self->tiles_.vectors(), ", channel ",
                        self->tiles_.channel_floats(), ", panel ", self->tiles_.panel_channels(),
                        ", stride ", self->shape_.stride_h, ", dilation ", self->shape_.dilation_h,
                        ", parts ", self->parts_.size(), ", groups ", self->shape_.groups);
  packing.size_bytes = self->size_bytes_;
  packing.pack = [](const Packing& packed, const void* src, void* dst, cpu::Parallel) {
    static_cast<const SparseWeights*>(packed.parameters.get())
        ->pack(static_cast<const float*>(src), static_cast<char*>(dst));
  };
  packing.parameters = std::move(self);
  return packing;
}

}  // namespace fastcnn::ops
