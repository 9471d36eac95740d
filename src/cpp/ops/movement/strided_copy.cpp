#include "ops/movement/strided_copy.h"

#include "ops/split.h"
#include "ops/stored_shape.h"

namespace fastcnn::ops {
namespace {

// Copies `count` runs of kBytes, or of `bytes` where kBytes is 0.
template <std::int64_t kBytes>
void copy_runs(const char* src, std::int64_t step, char* dst, std::int64_t count,
               std::int64_t bytes) {
  const std::int64_t size = kBytes > 0 ? kBytes : bytes;
  for (std::int64_t i = 0; i < count; ++i) {
    std::memcpy(dst + i * size, src + i * step, static_cast<std::size_t>(size));
  }
}

}  // namespace

StridedCopy::StridedCopy(const TensorDesc& x, const std::vector<StridedAxis>& axes)
    : element_(static_cast<std::int64_t>(size_of(x.dtype))) {
  kernel = "memcpy";
  input_layouts = {Layout::kPlain};
  output_layouts = {Layout::kPlain};
  std::vector<StridedAxis> joined = join_axes(axes);
  if (!joined.empty() && joined.back().stride == 1) {
    run_ = joined.back().extent;
    joined.pop_back();
  }
  if (!joined.empty()) {
    inner_ = joined.back();
    joined.pop_back();
  }
  outer_ = std::move(joined);
  for (const StridedAxis& axis : outer_) outer_count_ *= axis.extent;
}

void StridedCopy::run(const RunArgs& args) const {
  const std::int64_t bytes = run_ * element_;
  const std::int64_t row = inner_.extent * bytes;
  const std::int64_t step = inner_.stride * element_;
  Split(outer_count_, 2.0 * static_cast<double>(row))
      .run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
          const auto* src = static_cast<const char*>(args.inputs[0]);
          std::int64_t index = i;
          for (std::size_t a = outer_.size(); a-- > 0;) {
            src += index % outer_[a].extent * outer_[a].stride * element_;
            index /= outer_[a].extent;
          }
          char* dst = static_cast<char*>(args.outputs[0]) + i * row;
          if (bytes == 4) {
            copy_runs<4>(src, step, dst, inner_.extent, bytes);
          } else if (bytes == 8) {
            copy_runs<8>(src, step, dst, inner_.extent, bytes);
          } else {
            copy_runs<0>(src, step, dst, inner_.extent, bytes);
          }
        }
      });
}

}  // namespace fastcnn::ops
