#include <algorithm>

#include "kernels/transpose2d/transpose2d.h"
#include "ops/checks.h"
#include "ops/movement/strided_copy.h"
#include "ops/operator.h"
#include "ops/split.h"
#include "ops/stored_shape.h"

// transpose, plain to plain, of any rank and of elements of four bytes; other elements are copied
// one by one. Axes of extent 1 are dropped and axes that stay neighbours are joined; what is left
// is nothing (an alias), runs to copy, or matrices to transpose.
namespace fastcnn::ops {
namespace {

// An axis of the output and where one step along it leads.
struct Loop {
  std::int64_t extent;
  std::int64_t src_stride;
  std::int64_t dst_stride;
};

// The fewest axes that describe the permutation, in the order of the output.
std::vector<Loop> loops_of(const Shape& shape, const std::vector<std::int64_t>& perm) {
  std::vector<std::int64_t> strides(shape.rank(), 1);
  for (std::size_t a = shape.rank(); a-- > 1;) strides[a - 1] = strides[a] * shape[a];

  std::vector<Loop> loops;
  for (const std::int64_t axis : perm) {
    const auto a = static_cast<std::size_t>(axis);
    if (shape[a] == 1) continue;
    if (!loops.empty() && loops.back().src_stride == shape[a] * strides[a]) {
      loops.back().extent *= shape[a];
      loops.back().src_stride = strides[a];
    } else {
      loops.push_back({shape[a], strides[a], 0});
    }
  }
  std::int64_t stride = 1;
  for (std::size_t i = loops.size(); i-- > 0;) {
    loops[i].dst_stride = stride;
    stride *= loops[i].extent;
  }
  return loops;
}

class Transpose final : public Operator {
 public:
  explicit Transpose(const OpSpec& spec) : transpose_(kernels::select_transpose2d()) {
    input_layouts = {Layout::kPlain};
    output_layouts = {Layout::kPlain};
    std::vector<Loop> loops = loops_of(
        spec.inputs[0].shape, spec.attributes.get_ints("perm", spec.inputs[0].shape.rank()));
    alias = loops.size() <= 1 || spec.inputs[0].shape.count() == 0;
    kernel = alias ? "alias" : transpose_.name;
    if (alias) return;

    // The last axis of src becomes the columns, the last of dst the rows; where both are the same,
    // it is copied in runs: rows of one element each.
    rows_ = loops.back();
    loops.pop_back();
    if (rows_.src_stride == 1) {
      kernel = "memcpy";
      run_ = rows_.extent;
      rows_ = loops.back();
      loops.pop_back();
    } else {
      const auto innermost = std::find_if(loops.begin(), loops.end(),
                                          [](const Loop& loop) { return loop.src_stride == 1; });
      columns_ = *innermost;
      loops.erase(innermost);
    }
    outer_ = std::move(loops);
  }

  // One item is a strip of kStrip rows, of one matrix.
  void run(const RunArgs& args) const override {
    std::int64_t matrices = 1;
    for (const Loop& loop : outer_) matrices *= loop.extent;
    const std::int64_t strips = divide_up(rows_.extent, kStrip);
    const double bytes = 2.0 * sizeof(float) * static_cast<double>(kStrip * columns_.extent * run_);

    Split(matrices * strips, bytes).run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t item = begin; item < end; ++item) {
        const std::int64_t first = item % strips * kStrip;
        const std::int64_t rows = std::min(kStrip, rows_.extent - first);
        std::int64_t src = first * rows_.src_stride;
        std::int64_t dst = first * rows_.dst_stride;
        std::int64_t index = item / strips;
        for (const Loop& loop : outer_) {
          src += index % loop.extent * loop.src_stride;
          dst += index % loop.extent * loop.dst_stride;
          index /= loop.extent;
        }
        strip(args.src(0) + src, args.dst(0) + dst, rows);
      }
    });
  }

 private:
  static constexpr std::int64_t kStrip = 64;

  void strip(const float* src, float* dst, std::int64_t rows) const {
    if (run_ > 1) {
      for (std::int64_t r = 0; r < rows; ++r) {
        copy_elements(src + r * rows_.src_stride, dst + r * rows_.dst_stride, run_);
      }
      return;
    }
    const auto size = [](std::int64_t n) { return static_cast<std::size_t>(n); };
    transpose_.run({size(rows), size(columns_.extent), src, size(rows_.src_stride), dst,
                    size(columns_.dst_stride)});
  }

  const kernels::Transpose2DKernel& transpose_;
  Loop rows_{};
  Loop columns_{1, 1, 1};
  std::int64_t run_ = 1;
  std::vector<Loop> outer_;
};

}  // namespace

std::optional<std::string> refuse_transpose(const OpSpec& spec) {
  checked_perm(spec);
  const std::size_t bytes = size_of(spec.inputs[0].dtype);
  if (bytes != sizeof(float)) return join("elements of ", bytes, " bytes");
  return std::nullopt;
}

std::unique_ptr<Operator> make_transpose(const OpSpec& spec) {
  return std::make_unique<Transpose>(spec);
}

std::optional<std::string> refuse_transpose_strided(const OpSpec& spec) {
  checked_perm(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_transpose_strided(const OpSpec& spec) {
  return std::make_unique<StridedCopy>(spec.inputs[0], transposed_axes(spec));
}

}  // namespace fastcnn::ops
