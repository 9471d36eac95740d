#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/aligned_buffer.h"
#include "jit/executable_memory.h"
#include "kernels/conv2d_sparse/generated.h"
#include "ops/convolution/conv2d_node.h"
#include "ops/convolution/conv2d_shape.h"
#include "ops/sparse/conv2d_pruned.h"
#include "ops/sparse/generated_lines.h"

namespace fastcnn::ops {
namespace {

using kernels::GeneratedCode;
using kernels::GeneratedConv;
using kernels::GeneratedFinish;

// Shares of non-zeros above which dense kernels win, where every lane is a pixel: those of
// Winograd's convolution, of the same where all channels fit one vector, so that its transforms
// take more than its products save, and the others.
constexpr double kMaxDensityOfWinograd = 0.25;
constexpr double kMaxDensityOfNarrowWinograd = 0.45;
constexpr double kMaxDensity = 0.4;
// Beyond these, code or the lines that one line needs are out of proportion.
constexpr std::int64_t kMaxNonzeros = std::int64_t{1} << 26;
constexpr std::int64_t kMaxTaps = 200;
constexpr std::int64_t kMaxReach = 512;                        // rows or columns
constexpr std::int64_t kMaxLineBytes = std::int64_t{1} << 30;  // from the first to the last read

// Lines of a task, for which code is read once; and how many tasks keep threads busy.
constexpr std::int64_t kTaskLines = 16;
constexpr std::int64_t kTasks = 4;
// Code and weights of the rows that take turns, and the lines that they take turns at. Fewer lines
// would not pay for a call.
constexpr std::int64_t kTogetherBytes = 28 << 10;
constexpr std::int64_t kLinesBytes = 32 << 10;
constexpr std::int64_t kLeastLines = 2;
// Code and weights that are fetched ahead of time.
constexpr std::int64_t kManyBytes = 128 << 10;
constexpr std::int64_t kBytesOfWeight = 14;

GeneratedFinish finish_of(const Clamp& clamp) {
  if (std::isfinite(clamp.high)) return GeneratedFinish::kLowHigh;
  return std::isfinite(clamp.low) ? GeneratedFinish::kLow : GeneratedFinish::kNone;
}

// The code of a convolution, generated when its weights are packed; shared by plans through what
// was packed, which begins with its address.
class GeneratedWeights {
 public:
  explicit GeneratedWeights(GeneratedConv conv) : conv_(std::move(conv)) {}

  static const GeneratedCode& code(const void* packed) {
    return **static_cast<const GeneratedCode* const*>(packed);
  }

  static Packing packing(std::shared_ptr<const GeneratedWeights> self, std::size_t input) {
    const GeneratedConv& conv = self->conv_;
    Packing packing;
    packing.input = input;
    packing.format = join("conv2d_generated: ", conv.inputs, " to ", conv.outputs, ", groups ",
                          conv.groups, ", lines ", conv.src_vector, " ", conv.src_plane, " ",
                          conv.dst_vector, ", residual ", conv.residual, ", finish ",
                          static_cast<int>(conv.finish), ", vectors ", conv.vectors, ", taps");
    for (const kernels::GeneratedTap& tap : conv.taps) {
      packing.format += join(" ", tap.place, "/", tap.plane, "/", tap.shift);
    }
    packing.size_bytes = sizeof(const GeneratedCode*);
    packing.pack = [](const Packing& packed, const void* src, void* dst, cpu::Parallel parallel) {
      static_cast<const GeneratedWeights*>(packed.parameters.get())
          ->pack(static_cast<const float*>(src), dst, parallel);
    };
    packing.parameters = std::move(self);
    return packing;
  }

 private:
  void pack(const float* weights, void* dst, cpu::Parallel parallel) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!code_) code_ = std::make_unique<GeneratedCode>(conv_, weights, parallel);
    const GeneratedCode* const code = code_.get();
    std::memcpy(dst, &code, sizeof code);
  }

  GeneratedConv conv_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<const GeneratedCode> code_;
};

// y = act(x * w + b + residual) by code that was generated for w. The lines of an image are cut
// into tiles; a task runs some parts of the rows over some tiles. Where there are few tiles, their
// lines are copied by all threads first, and rows are shared among tasks, too.
class Generated final : public Conv2dNode, public Pruned {
 public:
  explicit Generated(const OpSpec& spec)
      : Conv2dNode(spec, Layout::kPixels, Layout::kPixels),
        shape_(parse_conv2d(spec)),
        lines_(shape_),
        masks_(lines_.dst().masks()) {
    const std::int64_t nonzeros = nonzeros_of(shape_, static_cast<const float*>(spec.constant(1)));
    kernel = "conv2d_sparse_f32_generated__avx512";
    flops =
        2.0 * static_cast<double>(nonzeros) * static_cast<double>(shape_.n * shape_.oh * shape_.ow);
    GeneratedConv conv{shape_.ic,
                       shape_.oc,
                       shape_.groups,
                       shape_.taps(),
                       lines_.taps(),
                       lines_.pitch(),
                       shape_.ic,
                       shape_.oc,
                       spec.inputs.size() == 4,
                       finish_of(activation_of(spec)),
                       0};
    cut();
    fetches_ = nonzeros * kBytesOfWeight > kManyBytes;
    if (fetches_) conv.vectors = tile_;
    packings = {GeneratedWeights::packing(std::make_shared<GeneratedWeights>(conv), 1)};
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    const std::int64_t panels =
        shares(threads) > 1 ? units() : units_ * static_cast<std::int64_t>(threads);
    return static_cast<std::size_t>(panels * panel_floats()) * sizeof(float);
  }

  void run(const RunArgs& args) const override {
    const std::int64_t shared = shares(args.parallel.threads);
    float* const scratch = static_cast<float*>(args.scratch);
    if (shared > 1) fill_all(args, scratch);
    args.parallel(static_cast<std::size_t>(groups() * shared), [&](std::size_t task,
                                                                   std::size_t worker) {
      const auto item = static_cast<std::int64_t>(task);
      const std::int64_t first = item / shared * units_;
      const std::int64_t end = std::min(first + units_, units());
      const std::int64_t place = shared > 1 ? first : static_cast<std::int64_t>(worker) * units_;
      float* const panels = scratch + place * panel_floats();
      if (shared == 1) fill_own(args, first, end, panels);
      run_share(args, first, end, item % shared, shared, panels);
    });
  }

 private:
  // A tile of an image.
  struct Unit {
    std::int64_t image;
    std::int64_t begin;  // lines
    std::int64_t end;
  };

  // A tile is what a task runs, so that code is read once for all of its lines; a small image is
  // one, and a task may have several. Tiles of a large one are a multiple of kTasks.
  void cut() {
    const std::int64_t lines = lines_.dst_lines();
    tiles_ = divide_up(lines, kTaskLines);
    if (tiles_ > 1) tiles_ = std::min(round_up(tiles_, kTasks), lines);
    tile_ = divide_up(lines, tiles_);
    tiles_ = divide_up(lines, tile_);
    if (tiles_ == 1) {
      units_ = std::clamp<std::int64_t>(kTaskLines / tile_, 1, divide_up(units(), kTasks));
    }
  }

  std::int64_t units() const { return shape_.n * tiles_; }
  std::int64_t groups() const { return divide_up(units(), units_); }
  // How many tasks share the rows of the same units: where whole units would leave threads idle,
  // one a thread, so that each fetches what it runs itself. No result depends on it.
  std::int64_t shares(std::size_t threads) const {
    const auto count = static_cast<std::int64_t>(threads);
    return groups() % count == 0 || groups() >= kTasks * count ? 1 : count;
  }
  Unit unit(std::int64_t index) const {
    const std::int64_t begin = index % tiles_ * tile_;
    return {index / tiles_, begin, std::min(begin + tile_, lines_.dst_lines())};
  }
  bool needs_panel(const Unit& unit) const { return !lines_.in_place(unit.begin, unit.end); }

  std::int64_t line_floats() const { return lines_.pitch() * kPixelLanes; }
  std::int64_t panel_floats() const {
    return (tile_ + lines_.before() + lines_.after()) * line_floats();
  }

  void fill(const RunArgs& args, const Unit& unit, std::int64_t line, float* panel) const {
    lines_.fill(args.src(0) + unit.image * lines_.src_floats(), line,
                panel + (line - unit.begin + lines_.before()) * line_floats());
  }

  void fill_all(const RunArgs& args, float* panels) const {
    const std::int64_t reach = lines_.before() + lines_.after();
    args.parallel(
        static_cast<std::size_t>(units() * (tile_ + reach)), [&](std::size_t item, std::size_t) {
          const std::int64_t index = static_cast<std::int64_t>(item) / (tile_ + reach);
          const Unit of = unit(index);
          const std::int64_t line =
              of.begin - lines_.before() + static_cast<std::int64_t>(item) % (tile_ + reach);
          if (!needs_panel(of) || line >= of.end + lines_.after()) return;
          fill(args, of, line, panels + index * panel_floats());
        });
  }

  void fill_own(const RunArgs& args, std::int64_t first, std::int64_t end, float* panels) const {
    for (std::int64_t i = first; i < end; ++i) {
      const Unit of = unit(i);
      if (!needs_panel(of)) continue;
      for (std::int64_t l = of.begin - lines_.before(); l < of.end + lines_.after(); ++l) {
        fill(args, of, l, panels + (i - first) * panel_floats());
      }
    }
  }

  // Runs a share of the rows over units [first, end). Rows whose code fits the first cache together
  // take turns at a few lines, which so come from the first cache, too, for all but one of them;
  // not where code is fetched ahead for a whole tile.
  void run_share(const RunArgs& args, std::int64_t first, std::int64_t end, std::int64_t share,
                 std::int64_t shares, const float* panels) const {
    const ConvOperands given = operands(args);
    const GeneratedCode& code = GeneratedWeights::code(given.weights);
    const auto parts = static_cast<std::int64_t>(code.parts().size());
    const std::int64_t rows = parts / code.panels();
    const std::int64_t bytes = static_cast<std::int64_t>(code.size_bytes()) / parts;
    const std::int64_t together = fetches_ ? 1 : std::max<std::int64_t>(kTogetherBytes / bytes, 1);
    const std::int64_t lines = together == 1 ? tile_ : lines_at_once(code);
    const std::int64_t end_row = rows * (share + 1) / shares;
    for (std::int64_t row = rows * share / shares; row < end_row; row += together) {
      const std::int64_t past = std::min(row + together, end_row);
      for (std::int64_t panel = 0; panel < code.panels(); ++panel) {
        for (std::int64_t i = first; i < end; ++i) {
          const Unit of = unit(i);
          const float* const src =
              needs_panel(of)
                  ? panels + (i - first) * panel_floats() + lines_.before() * line_floats()
                  : given.src + of.image * lines_.src_floats() + of.begin * line_floats();
          for (std::int64_t begin = of.begin; begin < of.end; begin += lines) {
            const Unit some{of.image, begin, std::min(begin + lines, of.end)};
            for (std::int64_t r = row; r < past; ++r) {
              run_part(given, code, static_cast<std::size_t>(r * code.panels() + panel), some,
                       src + (begin - of.begin) * line_floats());
            }
          }
        }
      }
    }
  }

  // `src`: the first line of `of`.
  void run_part(const ConvOperands& given, const GeneratedCode& code, std::size_t index,
                const Unit& of, const float* src) const {
    const GeneratedCode::Part& part = code.parts()[index];
    const GeneratedCode::Part& next = code.parts()[std::min(index + 1, code.parts().size() - 1)];
    const std::int64_t dst =
        ((of.image * lines_.dst_lines() + of.begin) * shape_.oc + part.row) * kPixelLanes;
    const kernels::GeneratedCall call{src + part.channel * kPixelLanes,
                                      given.dst + dst,
                                      given.residual == nullptr ? nullptr : given.residual + dst,
                                      code.weights(part),
                                      given.bias + part.row,
                                      masks_.data() + of.begin,
                                      of.end - of.begin,
                                      code.weights(next),
                                      given.clamp.low,
                                      given.clamp.high};
    code.function(part)(&call);
  }

  // Lines of which a panel's channels fill two thirds of the first cache.
  std::int64_t lines_at_once(const GeneratedCode& code) const {
    const std::int64_t channels = code.parts().front().channels;
    return std::clamp<std::int64_t>(kLinesBytes / (channels * kPixelLanes * 4), kLeastLines, tile_);
  }

  Conv2dShape shape_;
  GeneratedLines lines_;
  std::vector<std::uint16_t> masks_;
  std::int64_t tile_ = 1;   // lines
  std::int64_t tiles_ = 1;  // of an image
  std::int64_t units_ = 1;  // of a task
  bool fetches_ = false;    // the next part's code, while one runs
};

// The share of lanes that are pixels.
double used_lanes(const Conv2dShape& s) {
  return static_cast<double>(s.oh * s.ow) /
         static_cast<double>(pixel_lines(s.oh, s.ow) * kPixelLanes);
}

// The share of the multiplications of a dense kernel, for whole vectors of channels, that is left.
double max_share(const Conv2dShape& s) {
  if (!suits_winograd(s)) return kMaxDensity;
  const bool narrow = std::max(s.ic, s.oc) <= kPixelLanes;
  return narrow ? kMaxDensityOfNarrowWinograd : kMaxDensityOfWinograd;
}

double share_of_vectors(const Conv2dShape& s, std::int64_t nonzeros) {
  if (!suits_winograd(s)) return static_cast<double>(nonzeros) / static_cast<double>(weights_of(s));
  const std::int64_t whole = round_up(s.ic, kPixelLanes) * round_up(s.oc, kPixelLanes) * s.taps();
  return static_cast<double>(nonzeros) / static_cast<double>(whole);
}

bool within_reach(const Conv2dShape& s) {
  return std::abs(s.pad_top) <= kMaxReach && std::abs(s.pad_left) <= kMaxReach &&
         (s.kh - 1) <= kMaxReach / s.dilation_h && (s.kw - 1) <= kMaxReach / s.dilation_w &&
         s.kh * s.kw <= kMaxTaps && s.stride_h <= kMaxReach && s.stride_w <= kMaxReach;
}

}  // namespace

std::optional<std::string> refuse_conv2d_generated(const OpSpec& spec) {
  const Conv2dShape shape = parse_conv2d(spec);
  if (!cpu::usable(cpu::Isa::kAvx512)) return "code is generated for AVX-512 alone";
  if (spec.constant(1) == nullptr) return "the weights are not constant";
  if (shape.depthwise()) return "depthwise";
  if (weights_of(shape) == 0 || shape.n * shape.oh * shape.ow * shape.h * shape.w == 0) {
    return "there is nothing to compute";
  }
  if (!within_reach(shape)) return "its taps reach too far";
  const std::int64_t nonzeros = nonzeros_of(shape, static_cast<const float*>(spec.constant(1)));
  const double left = share_of_vectors(shape, nonzeros);
  const double limit = used_lanes(shape) * max_share(shape);
  if (left > limit) {
    return join(static_cast<int>(100 * left), "% of the multiplications are left, over ",
                static_cast<int>(100 * limit), "%");
  }
  // Where most weights are left, a zero is a number: what it is multiplied by may be infinite.
  if (nonzeros < weights_of(shape) && 2 * nonzeros > weights_of(shape)) {
    return "a few of the weights are zero";
  }
  if (nonzeros > kMaxNonzeros) return "it has too many weights";
  const GeneratedLines lines(shape);
  if ((lines.before() + lines.after() + 2) * lines.pitch() > kMaxLineBytes / 64) {
    return "its lines lie too far apart";
  }
  if (!jit::can_execute()) return "this system executes no generated code";
  return std::nullopt;
}

std::unique_ptr<Operator> make_conv2d_generated(const OpSpec& spec) {
  return std::make_unique<Generated>(spec);
}

}  // namespace fastcnn::ops
