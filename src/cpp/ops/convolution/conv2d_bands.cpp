#include "ops/convolution/conv2d_bands.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>

#include "base/aligned_buffer.h"
#include "cpu/cache.h"
#include "cpu/isa.h"
#include "ops/convolution/conv2d_geometry.h"

namespace fastcnn::ops {
namespace {

constexpr std::size_t kDefaultL2 = std::size_t{1} << 20;
constexpr std::int64_t kLeastRows = 4;  // of a band: below, too many are computed twice
constexpr std::int64_t kBandsPerThread = 2;

const Banded& banded(const Operator& op) { return dynamic_cast<const Banded&>(op); }

// Bytes of the second cache that what passes between convolutions may fill.
std::int64_t half_second_cache() {
  const std::size_t l2 = cpu::cache_sizes().l2;
  return static_cast<std::int64_t>((l2 != 0 ? l2 : kDefaultL2) / 2);
}

bool has_residual(const Operator& op) { return op.input_layouts.size() == 4; }

std::size_t whole_lines(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

// Rows [begin, end).
struct Rows {
  std::int64_t begin;
  std::int64_t end;

  std::int64_t count() const { return end - begin; }
};

// The rows of x that rows `y` read: one at least, of which nothing is used where all that they
// read is padding.
Rows read_by(const Conv2dShape& s, Rows y) {
  const std::int64_t first = y.begin * s.stride_h - s.pad_top;
  const std::int64_t past = (y.end - 1) * s.stride_h - s.pad_top + (s.kh - 1) * s.dilation_h + 1;
  const std::int64_t begin = std::clamp<std::int64_t>(first, 0, s.h - 1);
  return {begin, std::clamp<std::int64_t>(past, begin + 1, s.h)};
}

// The convolution that makes rows `y` from rows `x`.
Conv2dShape band_of(const Conv2dShape& s, Rows x, Rows y) {
  Conv2dShape band = s;
  band.n = 1;
  band.h = x.count();
  band.oh = y.count();
  band.pad_top = x.begin - (y.begin * s.stride_h - s.pad_top);
  return band;
}

class Conv2dBands final : public Operator {
 public:
  Conv2dBands(const std::vector<const Operator*>& convs, std::int64_t bands) {
    std::size_t input = 0;
    std::size_t packed = 0;
    for (const Operator* conv : convs) {
      const Banded& one = banded(*conv);
      stages_.push_back({one.shape(), one.clamp(), lanes_of(conv->input_layouts[0]),
                         stages_.empty() ? input + 1 : input, packed, has_residual(*conv)});
      kernel += (kernel.empty() ? "" : " + ") + conv->kernel;
      flops += conv->flops;
      const auto first = conv->input_layouts.begin() + (stages_.size() > 1 ? 1 : 0);
      input_layouts.insert(input_layouts.end(), first, conv->input_layouts.end());
      input = input_layouts.size();
      packed += conv->packings.size();
    }
    output_layouts = convs.back()->output_layouts;
    Made made;
    for (std::int64_t b = 0; b < bands; ++b) add_band(convs, bands, b, made);
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    return threads * bytes_of_worker();
  }

  void run(const RunArgs& args) const override {
    using Clock = std::chrono::steady_clock;
    const auto start = args.parts == nullptr ? Clock::time_point() : Clock::now();
    std::vector<double> spent(args.parts == nullptr ? 0 : args.parallel.threads * stages_.size());
    const auto images = static_cast<std::size_t>(stages_[0].shape.n);
    args.parallel(images * bands_.size(), [&](std::size_t task, std::size_t worker) {
      run_band(args, static_cast<std::int64_t>(task / bands_.size()), bands_[task % bands_.size()],
               static_cast<char*>(args.scratch) + worker * bytes_of_worker(),
               spent.empty() ? nullptr : spent.data() + worker * stages_.size());
    });
    if (args.parts == nullptr) return;
    share(std::chrono::duration<double, std::milli>(Clock::now() - start).count(), spent,
          args.parts);
  }

 private:
  struct Stage {
    Conv2dShape shape;
    Clamp clamp;
    std::int64_t src_lanes;
    std::size_t weights;  // input, the bias behind it, and then the residual
    std::size_t packed;
    bool residual;

    std::int64_t src_row() const { return shape.w * src_lanes; }
    std::int64_t dst_row() const { return shape.ow * static_cast<std::int64_t>(cpu::block()); }
    // Floats of a whole image.
    std::int64_t src_image() const { return round_up(shape.ic, src_lanes) * shape.h * shape.w; }
    std::int64_t dst_image() const { return dst_floats(shape.oh); }
    std::int64_t dst_floats(std::int64_t rows) const {
      return divide_up(shape.oc, static_cast<std::int64_t>(cpu::block())) * rows * dst_row();
    }
  };
  struct Band {
    std::int64_t src_row;  // first that the first stage reads
    std::int64_t dst_row;  // first that the last one writes
    std::vector<std::shared_ptr<const ConvBand>> stages;
  };

  // Stage, rows of x and y, rows of padding above -> what runs such a band.
  using Made = std::map<std::array<std::int64_t, 4>, std::shared_ptr<const ConvBand>>;

  void add_band(const std::vector<const Operator*>& convs, std::int64_t bands, std::int64_t b,
                Made& all) {
    const std::size_t last = stages_.size() - 1;
    const std::int64_t rows = stages_[last].shape.oh;
    Rows y{rows * b / bands, rows * (b + 1) / bands};
    Band band{0, y.begin, std::vector<std::shared_ptr<const ConvBand>>(stages_.size())};
    between_.resize(last, 0);
    for (std::size_t s = last + 1; s-- > 0;) {
      const Stage& stage = stages_[s];
      const Rows x = read_by(stage.shape, y);
      const Conv2dShape shape = band_of(stage.shape, x, y);
      // Bands inside of an image are alike.
      std::shared_ptr<const ConvBand>& made =
          all[{static_cast<std::int64_t>(s), shape.h, shape.oh, shape.pad_top}];
      if (!made) {
        made =
            banded(*convs[s]).make_band(shape, {s == 0 ? stage.shape.h * stage.src_row() : 0,
                                                s == last ? stage.shape.oh * stage.dst_row() : 0});
        kernel_scratch_ = std::max(kernel_scratch_, whole_lines(made->scratch_bytes()));
      }
      band.stages[s] = made;
      if (s < last) {
        const auto floats = static_cast<std::size_t>(stage.dst_floats(y.count()));
        between_[s] = std::max(between_[s], whole_lines(floats * sizeof(float)));
      }
      band.src_row = x.begin;
      y = x;
    }
    bands_.push_back(std::move(band));
  }

  std::size_t bytes_of_worker() const {
    std::size_t total = kernel_scratch_;
    for (const std::size_t bytes : between_) total += bytes;
    return total;
  }

  // `scratch` of one worker. Adds the milliseconds of each stage to `spent`, if it is there.
  void run_band(const RunArgs& args, std::int64_t image, const Band& band, char* scratch,
                double* spent) const {
    using Clock = std::chrono::steady_clock;
    const Stage& head = stages_.front();
    const float* src = args.src(0) + image * head.src_image() + band.src_row * head.src_row();
    char* next = scratch;
    char* const kernel_scratch = scratch + bytes_of_worker() - kernel_scratch_;
    for (std::size_t s = 0; s < stages_.size(); ++s) {
      const auto start = spent == nullptr ? Clock::time_point() : Clock::now();
      const Stage& stage = stages_[s];
      const bool last = s + 1 == stages_.size();
      const std::int64_t place = image * stage.dst_image() + band.dst_row * stage.dst_row();
      float* const dst = last ? args.dst(0) + place : reinterpret_cast<float*>(next);
      const float* const residual = stage.residual ? args.src(stage.weights + 2) + place : nullptr;
      band.stages[s]->run({src, static_cast<const float*>(args.packed[stage.packed]),
                           args.src(stage.weights + 1), residual, dst, stage.clamp},
                          kernel_scratch);
      src = dst;
      if (!last) next += between_[s];
      if (spent != nullptr) {
        spent[s] += std::chrono::duration<double, std::milli>(Clock::now() - start).count();
      }
    }
  }

  // Divides `milliseconds` among the stages as their times in all workers are.
  void share(double milliseconds, const std::vector<double>& spent, double* parts) const {
    double all = 0;
    for (const double one : spent) all += one;
    for (std::size_t i = 0; i < spent.size(); ++i) {
      parts[i % stages_.size()] += all > 0 ? milliseconds * spent[i] / all : 0;
    }
  }

  std::vector<Stage> stages_;
  std::vector<Band> bands_;
  std::vector<std::size_t> between_;  // bytes of what passes from each stage to the next
  std::size_t kernel_scratch_ = 0;
};

// Bytes between the stages where the last one writes `rows` rows.
std::int64_t bytes_of_band(const std::vector<const Operator*>& convs, std::int64_t rows) {
  const auto block = static_cast<std::int64_t>(cpu::block());
  std::int64_t total = 0;
  for (std::size_t s = convs.size(); s-- > 1;) {
    const Conv2dShape& shape = banded(*convs[s]).shape();
    rows = std::min((rows - 1) * shape.stride_h + (shape.kh - 1) * shape.dilation_h + 1, shape.h);
    total += round_up(shape.ic, block) * rows * shape.w * 4;
  }
  return total;
}

}  // namespace

bool band_may_follow(const Operator& conv, const Operator& next) {
  const auto* const first = dynamic_cast<const Banded*>(&conv);
  const auto* const second = dynamic_cast<const Banded*>(&next);
  if (first == nullptr || second == nullptr || has_residual(conv)) return false;
  if (first->shape().ow == 1 || second->shape().ow == 1) return false;
  const Conv2dShape& shape = first->shape();
  const std::int64_t bytes =
      round_up(shape.oc, static_cast<std::int64_t>(cpu::block())) * shape.oh * shape.ow * 4;
  return bytes > half_second_cache();
}

bool spans_rows(const Operator& conv) { return banded(conv).shape().kh > 1; }

std::unique_ptr<Operator> make_conv2d_bands(const std::vector<const Operator*>& convs,
                                            std::size_t threads) {
  const Conv2dShape& last = banded(*convs.back()).shape();
  const std::int64_t most = last.oh / kLeastRows;
  std::int64_t bands = divide_up(kBandsPerThread * static_cast<std::int64_t>(threads),
                                 std::max<std::int64_t>(last.n, 1));
  while (bands < most && bytes_of_band(convs, divide_up(last.oh, bands)) > half_second_cache()) {
    ++bands;
  }
  if (bands > most || last.n == 0) return nullptr;
  return std::make_unique<Conv2dBands>(convs, bands);
}

}  // namespace fastcnn::ops
