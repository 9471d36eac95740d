#include "kernels/conv2d_depthwise_rows/conv2d_depthwise_rows.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "ops/convolution/conv2d_axes.h"
#include "ops/depthwise/conv2d_depthwise.h"
#include "ops/split.h"

namespace fastcnn::ops {
namespace {

// One block of channels of one image should be cut into chunks of rows where there are too few of
// them for so many tasks, but never into fewer than kChunkRows rows.
constexpr std::int64_t kTasks = 16;
constexpr std::int64_t kChunkRows = 8;

// The taps of an axis that writes every place, in one phase: tap t reads at shift + t * step and is
// the weight at index + t * index_step.
struct TapLine {
  std::int64_t count;
  std::int64_t shift;
  std::int64_t step;
  std::int64_t index;
  std::int64_t index_step;
};

// Forward in the source: of a backward-data, whose taps run backwards, the last weight comes first.
std::optional<TapLine> tap_line(const ConvAxis& axis) {
  if (axis.step != 1 || axis.phases.empty()) return std::nullopt;
  if (axis.phases.front().taps.empty()) return std::nullopt;
  const std::vector<AxisTap>& taps = axis.phases.front().taps;
  const auto count = static_cast<std::int64_t>(taps.size());
  const std::int64_t step = count > 1 ? taps[1].shift - taps[0].shift : 1;
  if (step > 0) return TapLine{count, taps.front().shift, step, taps.front().index, 1};
  return TapLine{count, taps.back().shift, -step, taps.back().index, -1};
}

// The kernel for these axes, or null where there is none.
const kernels::Conv2dDepthwiseRowsKernel* kernel_for(const ConvAxes& axes) {
  const std::optional<TapLine> columns = tap_line(axes.columns);
  if (!tap_line(axes.rows) || !columns || columns->step != 1) return nullptr;
  const std::int64_t reach = columns->count / 2;
  const std::int64_t end =
      (axes.columns.extent - 1) * axes.columns.src_step + columns->shift + columns->count;
  if (columns->shift < -reach || end > axes.columns.src_extent + reach) return nullptr;
  return kernels::select_conv2d_depthwise_rows(columns->count, axes.columns.src_step);
}

// y = act(x * w + b + residual) or grad_x = grad_y * w transposed, where every channel is a group
// of its own and a window's columns are neighbours. A task is rows of a block of channels.
class DepthwiseRows {
 public:
  explicit DepthwiseRows(const ConvView& view, BandPlanes planes = {})
      : images_(view.images),
        channels_(view.dst_channels),
        places_(view.taps),
        kernel_columns_(view.axes.columns.kernel),
        rows_(*tap_line(view.axes.rows)),
        columns_(*tap_line(view.axes.columns)),
        row_step_(view.axes.rows.src_step),
        src_rows_(view.axes.rows.src_extent),
        src_columns_(view.axes.columns.src_extent),
        dst_rows_(view.axes.rows.extent),
        dst_columns_(view.axes.columns.extent),
        block_(static_cast<std::int64_t>(cpu::block())),
        blocks_(divide_up(channels_, block_)),
        src_plane_(planes.src != 0 ? planes.src : src_rows_ * src_columns_ * block_),
        dst_plane_(planes.dst != 0 ? planes.dst : dst_rows_ * dst_columns_ * block_),
        flops_(view.flops),
        kernel_(*kernel_for(view.axes)) {
    const std::int64_t planes_of_all = std::max<std::int64_t>(images_ * blocks_, 1);
    chunks_ = std::clamp<std::int64_t>(dst_rows_ / kChunkRows, 1, divide_up(kTasks, planes_of_all));
  }

  const char* kernel_name() const { return kernel_.name; }

  std::size_t scratch_bytes(std::size_t) const { return 0; }

  void run(const ConvOperands& operands, void*, cpu::Parallel parallel) const {
    const std::int64_t items = images_ * blocks_ * chunks_;
    if (items == 0) return;
    const double bytes = static_cast<double>(src_rows_ * src_columns_ + dst_rows_ * dst_columns_) *
                         static_cast<double>(block_ * 4) / static_cast<double>(chunks_);
    const Split split(items, std::max(flops_ / static_cast<double>(items), bytes));
    split.run(parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        run_item(operands, i / (chunks_ * blocks_), i / blocks_ % chunks_, i % blocks_);
      }
    });
  }

 private:
  // A chunk of rows of one block of channels of one image.
  void run_item(const ConvOperands& operands, std::int64_t image, std::int64_t chunk,
                std::int64_t block) const {
    const std::int64_t plane = image * blocks_ + block;
    const std::int64_t begin = dst_rows_ * chunk / chunks_;
    const std::int64_t end = dst_rows_ * (chunk + 1) / chunks_;
    const std::int64_t dst = plane * dst_plane_ + begin * dst_columns_ * block_;
    const float* const weights =
        operands.weights +
        (block * places_ + rows_.index * kernel_columns_ + columns_.index) * block_;
    kernel_.run(
        {operands.src + plane * src_plane_, src_rows_, src_columns_,
         begin * row_step_ + rows_.shift, columns_.shift, row_step_, rows_.step, rows_.count,
         weights, rows_.index_step * kernel_columns_ * block_, columns_.index_step * block_,
         operands.bias == nullptr ? nullptr : operands.bias + block * block_,
         static_cast<std::size_t>(std::min(block_, channels_ - block * block_)),
         operands.residual == nullptr ? nullptr : operands.residual + dst, operands.dst + dst,
         end - begin, dst_columns_, operands.clamp.low, operands.clamp.high});
  }

  std::int64_t images_;
  std::int64_t channels_;
  std::int64_t places_;
  std::int64_t kernel_columns_;
  TapLine rows_;
  TapLine columns_;
  std::int64_t row_step_;
  std::int64_t src_rows_;
  std::int64_t src_columns_;
  std::int64_t dst_rows_;
  std::int64_t dst_columns_;
  std::int64_t block_;
  std::int64_t blocks_;
  std::int64_t src_plane_;  // floats
  std::int64_t dst_plane_;
  double flops_;
  const kernels::Conv2dDepthwiseRowsKernel& kernel_;
  std::int64_t chunks_;
};

std::optional<std::string> refuse(const Conv2dShape& shape, const ConvView& view) {
  if (auto why = refuse_unless_depthwise(shape)) return why;
  if (kernel_for(view.axes) != nullptr) return std::nullopt;
  return join("no kernel for windows of ", shape.kw, " columns, stride ", shape.stride_w,
              ", dilation ", shape.dilation_w, ", and this padding");
}

}  // namespace

std::optional<std::string> refuse_conv2d_depthwise_rows(const OpSpec& spec) {
  const Conv2dShape shape = parse_conv2d(spec);
  return refuse(shape, forward_view(shape));
}

std::unique_ptr<Operator> make_conv2d_depthwise_rows(const OpSpec& spec) {
  return std::make_unique<DepthwiseForward<DepthwiseRows>>(spec);
}

std::optional<std::string> refuse_conv2d_backward_data_depthwise_rows(const OpSpec& spec) {
  const Conv2dShape shape = parse_conv2d_backward_data(spec);
  if (spec.inputs.size() == 3) return "it has a residual";
  return refuse(shape, backward_data_view(shape));
}

std::unique_ptr<Operator> make_conv2d_backward_data_depthwise_rows(const OpSpec& spec) {
  return std::make_unique<DepthwiseBackwardData<DepthwiseRows>>(spec);
}

}  // namespace fastcnn::ops
