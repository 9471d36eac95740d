#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/conv2d_sparse/conv2d_sparse.h"
#include "ops/operator.h"
#include "ops/sparse/sparse_tiles.h"

namespace fastcnn::ops {

// The weights of a convolution that are not zero, in the order in which they are used: for each
// part of the output channels and each panel of input channels the rows and their entries, rows
// sorted by length.
class SparseWeights {
 public:
  // The channels of one panel.
  struct Panel {
    std::int64_t channel;  // the first, of all groups
    std::int64_t channels;
  };

  // One part's share of one panel: what a kernel call is given. Places are in bytes of the packed
  // weights.
  struct Work {
    std::size_t panel;
    bool first;  // starts the sums of its rows
    bool last;   // finishes them
    std::size_t rows;
    std::size_t num_rows;
    std::size_t entries;
  };

  // Output channels that are computed together, and their work, panel by panel.
  struct Part {
    std::int64_t channel;
    std::int64_t channels;
    std::vector<Work> work;
  };

  // `weights` plain [OC, IC / groups, KH, KW]; cut into `parts` parts in each group.
  SparseWeights(const Conv2dShape& shape, const SparseTiles& tiles, const float* weights,
                std::int64_t parts);

  const std::vector<Panel>& panels() const { return panels_; }
  const std::vector<Part>& parts() const { return parts_; }
  std::int64_t nonzeros() const { return nonzeros_; }

  // Input `input` of a node as kernels read it.
  static Packing packing(std::shared_ptr<const SparseWeights> self, std::size_t input);

 private:
  struct Count {
    std::uint32_t row;  // in its part
    std::uint32_t entries;
  };

  std::vector<Count> sorted_counts(const float* weights, const Part& part, const Panel& panel,
                                   bool every_row) const;
  void pack(const float* weights, char* dst) const;
  std::int64_t first_channel_of_group(std::int64_t output_channel) const;

  Conv2dShape shape_;
  SparseTiles tiles_;
  std::vector<Panel> panels_;
  std::vector<Part> parts_;
  std::int64_t nonzeros_ = 0;
  std::size_t size_bytes_ = 0;
};

}  // namespace fastcnn::ops
