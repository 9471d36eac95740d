#include "cuda/ops/conv2d_phases.h"

#include <algorithm>

#include "cuda/kernels/pack_weights/pack_weights.h"
#include "cuda/ops/checks.h"

namespace fastcnn::cuda {
namespace {

class PackOperator final : public Operator {
 public:
  PackOperator(const PackWeights& pack, const std::vector<std::int32_t>& places,
               Precision precision)
      : pack_(pack), precision_(precision) {
    constexpr const char* kNames[] = {"pack_weights_f32", "pack_fragments_tf32",
                                      "pack_fragments_f16", "pack_fragments_bf16"};
    kernel = kNames[static_cast<std::size_t>(precision)];
    input_layouts = {Layout::kPlain};
    output_layouts = {Layout::kPlain};
    tables = {as_table(places)};
  }

  void enqueue(const RunArgs& args) const override {
    if (pack_.columns == 0) return;
    PackWeights pack = pack_;
    pack.src = args.src(0);
    pack.places = args.table<std::int32_t>(0);
    pack.dst = args.outputs[0];
    if (precision_ == Precision::kFloat32) {
      pack_weights(pack, args.stream);
    } else {
      pack_fragments(pack, precision_, args.stream);
    }
  }

 private:
  PackWeights pack_;
  Precision precision_;
};

// Matrices of so many columns.
Packing pack_to(const WeightMatrices& matrices, const ConvPhase& phase, std::size_t input,
                Precision precision, std::int32_t columns, std::int32_t tile_columns) {
  PackWeights pack = {};
  std::vector<std::int32_t> places;
  for (const ConvPhase::PhaseTap& tap : phase.taps) places.push_back(tap.place);
  pack.groups = narrow(matrices.groups);
  pack.taps = matrices.channels == 0 ? 0 : narrow(static_cast<std::int64_t>(places.size()));
  pack.channels = narrow(matrices.channels);
  pack.pitch = narrow(std::max<std::int64_t>(matrices.pitch, 1));
  pack.group_columns = narrow(matrices.outputs);
  pack.rows = matrices.rows(phase);
  pack.columns = columns;
  pack.tile_columns = tile_columns;
  pack.group_stride = narrow(matrices.group_stride);
  pack.dst_stride = narrow(matrices.dst_stride);
  pack.src_stride = narrow(matrices.src_stride);
  const std::int64_t elements = matrices.groups * pack.rows * columns;
  const bool halves = precision == Precision::kFloat16 || precision == Precision::kBfloat16;
  return {input, static_cast<std::size_t>(elements) * (halves ? 2 : 4),
          std::make_unique<PackOperator>(pack, places, precision)};
}

// The only place that an axis of one pixel has.
ops::ConvAxis single() { return {1, 1, 1, 1, 1, {{0, 1, {{0, 0}}}}}; }

ops::ConvView dense(const char* name, std::int64_t images, std::int64_t from, std::int64_t to,
                    std::int64_t dst_stride, std::int64_t src_stride) {
  const double flops =
      2.0 * static_cast<double>(images) * static_cast<double>(from) * static_cast<double>(to);
  return {name, images,    from,       to,         1,    {single(), single()},
          1,    from * to, dst_stride, src_stride, flops};
}

// The values of a field of a phase's taps, each once.
std::vector<std::int32_t> distinct(const ConvPhase& phase,
                                   std::int32_t ConvPhase::PhaseTap::* field) {
  std::vector<std::int32_t> values;
  for (const ConvPhase::PhaseTap& tap : phase.taps) {
    if (std::find(values.begin(), values.end(), tap.*field) == values.end()) {
      values.push_back(tap.*field);
    }
  }
  return values;
}

std::size_t index_in(const std::vector<std::int32_t>& values, std::int32_t value) {
  return static_cast<std::size_t>(std::find(values.begin(), values.end(), value) - values.begin());
}

}  // namespace

std::vector<ConvPhase> conv_phases(const ops::ConvView& view) {
  const ops::ConvAxis& rows = view.axes.rows;
  const ops::ConvAxis& columns = view.axes.columns;
  std::vector<ConvPhase> phases;
  for (const ops::AxisPhase& row : rows.phases) {
    for (const ops::AxisPhase& column : columns.phases) {
      if (row.count == 0 || column.count == 0) continue;
      ConvPhase phase{narrow(row.count),
                      narrow(column.count),
                      narrow(rows.src_step),
                      narrow(columns.src_step),
                      {narrow(rows.extent), narrow(columns.extent), narrow(row.first),
                       narrow(column.first), narrow(rows.step), narrow(columns.step)},
                      {}};
      for (const ops::AxisTap& y : row.taps) {
        for (const ops::AxisTap& x : column.taps) {
          phase.taps.push_back(
              {narrow(y.shift), narrow(x.shift), narrow(y.index * columns.kernel + x.index)});
        }
      }
      phases.push_back(std::move(phase));
    }
  }
  return phases;
}

std::vector<Tap> pixel_taps(const ops::ConvView& view, const ConvPhase& phase) {
  return row_taps(view, phase, 1, static_cast<std::int64_t>(phase.taps.size()), false,
                  view.src_channels);
}

std::vector<Tap> row_taps(const ops::ConvView& view, const ConvPhase& phase, std::int64_t channels,
                          std::int64_t rows, bool fours, std::int64_t image_channels) {
  const std::int64_t width = view.axes.columns.src_extent;
  const std::int64_t used = static_cast<std::int64_t>(phase.taps.size()) * channels;
  const std::vector<std::int32_t> dy = distinct(phase, &ConvPhase::PhaseTap::dy);
  const std::vector<std::int32_t> dx = distinct(phase, &ConvPhase::PhaseTap::dx);
  const bool few = dy.size() <= kMostTapRows && dx.size() <= kMostTapColumns;
  std::vector<Tap> taps;
  for (std::int64_t row = 0; row < rows; row += fours ? 4 : 1) {
    if (row >= used) {
      taps.push_back({kNoTap, kNoTap, 0, kNoLine});
      continue;
    }
    const ConvPhase::PhaseTap& tap = phase.taps[static_cast<std::size_t>(row / channels)];
    const std::int64_t pixel = tap.dy * width + tap.dx;
    const std::uint32_t lines =
        few ? 1u << index_in(dy, tap.dy) | 1u << (kMostTapRows + index_in(dx, tap.dx)) : 0;
    taps.push_back({tap.dy, tap.dx, narrow(pixel * image_channels + row % channels), lines});
  }
  return taps;
}

std::optional<TapLines> lines_of(const ConvPhase& phase) {
  const std::vector<std::int32_t> dy = distinct(phase, &ConvPhase::PhaseTap::dy);
  const std::vector<std::int32_t> dx = distinct(phase, &ConvPhase::PhaseTap::dx);
  if (dy.size() > kMostTapRows || dx.size() > kMostTapColumns) return std::nullopt;
  TapLines lines = {narrow(static_cast<std::int64_t>(dy.size())),
                    narrow(static_cast<std::int64_t>(dx.size())),
                    {},
                    {}};
  std::copy(dy.begin(), dy.end(), lines.dy);
  std::copy(dx.begin(), dx.end(), lines.dx);
  return lines;
}

std::vector<ConvPhase> parts_with_lines(const ConvPhase& phase) {
  const std::vector<std::int32_t> dy = distinct(phase, &ConvPhase::PhaseTap::dy);
  const std::vector<std::int32_t> dx = distinct(phase, &ConvPhase::PhaseTap::dx);
  if (dy.size() <= kMostTapRows && dx.size() <= kMostTapColumns) return {phase};
  const std::size_t across = (dx.size() + kMostTapColumns - 1) / kMostTapColumns;
  std::vector<ConvPhase> parts((dy.size() + kMostTapRows - 1) / kMostTapRows * across, phase);
  for (ConvPhase& part : parts) part.taps.clear();
  for (const ConvPhase::PhaseTap& tap : phase.taps) {
    parts[index_in(dy, tap.dy) / kMostTapRows * across + index_in(dx, tap.dx) / kMostTapColumns]
        .taps.push_back(tap);
  }
  return parts;
}

std::optional<std::string> refuse_extents(const ops::ConvView& view) {
  for (const ops::ConvAxis* axis : {&view.axes.rows, &view.axes.columns}) {
    std::int64_t farthest = std::max(axis->extent, axis->src_extent);
    for (const ops::AxisPhase& phase : axis->phases) {
      farthest = std::max(farthest, phase.count * axis->src_step);
      for (const ops::AxisTap& tap : phase.taps) farthest = std::max(farthest, std::abs(tap.shift));
    }
    if (farthest >= kNoTap) return "an extent in pixels of 2^29 or more";
  }
  // A block may count some pixels past the last.
  const std::int64_t image = view.axes.rows.extent * view.axes.columns.extent;
  if (view.images * image > kMaxCount - 1024) return "2^31 - 1024 pixels of output or more";
  if (view.groups > 65535) return "more than 65535 groups";
  if (view.dst_channels / view.groups > 65535 * 64) {
    return "more than 65535 * 64 channels of output a group";
  }
  return std::nullopt;
}

ops::ConvView dense_view(std::int64_t images, std::int64_t k, std::int64_t m) {
  return dense("dense", images, k, m, 1, m);
}

ops::ConvView dense_backward_data_view(std::int64_t images, std::int64_t k, std::int64_t m) {
  return dense("dense_backward_data", images, m, k, m, 1);
}

std::int32_t WeightMatrices::rows(const ConvPhase& phase) const {
  const std::int64_t count = static_cast<std::int64_t>(phase.taps.size()) * pitch;
  return narrow(round_up(std::max<std::int64_t>(count, 1), kRowMultiple));
}

std::int32_t WeightMatrices::columns() const { return narrow(round_up(outputs, kColumnMultiple)); }

Packing WeightMatrices::packing(const ConvPhase& phase, std::size_t input) const {
  return pack_to(*this, phase, input, Precision::kFloat32, columns(), columns());
}

Packing WeightMatrices::fragments(const ConvPhase& phase, std::size_t input, Precision precision,
                                  std::int32_t columns, std::int32_t tile_columns) const {
  return pack_to(*this, phase, input, precision, columns, tile_columns);
}

WeightMatrices weight_matrices(const ops::ConvView& view) {
  const std::int64_t channels = view.src_channels / view.groups;
  return {view.groups,       channels,        channels,       view.dst_channels / view.groups,
          view.group_stride, view.dst_stride, view.src_stride};
}

WeightMatrices padded_matrices(const ops::ConvView& view) {
  WeightMatrices matrices = weight_matrices(view);
  matrices.pitch = round_up(matrices.channels, 4);
  return matrices;
}

WeightMatrices depthwise_matrix(const ops::ConvView& view) {
  return {1, 1, 1, view.dst_channels, 0, view.group_stride * view.groups / view.dst_channels, 0};
}

}  // namespace fastcnn::cuda
