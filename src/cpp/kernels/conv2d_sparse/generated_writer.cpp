#include "kernels/conv2d_sparse/generated_writer.h"

#include <algorithm>
#include <cstddef>

namespace fastcnn::kernels {
namespace {

using jit::Address;
using jit::Assembler;
using jit::Reg;
using jit::Zmm;

constexpr std::int64_t kLanes = 16;
constexpr std::int64_t kLine = 64;  // bytes
constexpr std::int64_t kVectorRegisters = 32;
// A weight, its instruction and a share of the loads of pixels.
constexpr std::int64_t kBytesOfWeight = 14;
// Registers beside the sums: lines as they lie in memory, and shifted ones.
constexpr std::int64_t kLinesOfPoint = 3;
constexpr std::int64_t kLinesOfWindow = 4;
constexpr std::int64_t kShifted = 2;
// A multiply-add takes 4 cycles and two start in each: so many sums should be under way. Fewer rows
// have several sums each, where those have so many products that adding them up pays.
constexpr std::int64_t kSums = 16;
constexpr std::int64_t kLeastProducts = 8;
constexpr std::int64_t kMostSums = 4;

// Displacements of one byte reach 128 units to both sides, so registers point into the middle.
constexpr std::int64_t kReach = 128;
constexpr std::int64_t kWeightsReach = kReach * 4;
constexpr std::int64_t kLinesReach = kReach * kLine;

constexpr Reg kCall = Reg::kRdi;
constexpr Reg kWeights = Reg::kRsi;
constexpr Reg kDst = Reg::kRdx;
constexpr Reg kResidual = Reg::kRcx;
constexpr Reg kLaneMasks = Reg::kRax;
constexpr Reg kCount = Reg::kRbx;
constexpr Reg kBias = Reg::kRbp;
constexpr Reg kNext = Reg::kR12;
constexpr Reg kSources[] = {Reg::kR8,  Reg::kR9,  Reg::kR10, Reg::kR11,
                            Reg::kR14, Reg::kR15, Reg::kR13};
constexpr Reg kSaved[] = {Reg::kRbx, Reg::kRbp, Reg::kR12, Reg::kR13, Reg::kR14, Reg::kR15};
constexpr std::size_t kNumSources = sizeof kSources / sizeof kSources[0];
constexpr jit::Mask kPixels{1};

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

bool shifts(const GeneratedConv& conv) {
  return std::any_of(conv.taps.begin(), conv.taps.end(),
                     [](const GeneratedTap& tap) { return tap.shift % kLanes != 0; });
}

// Those of the part's channels, of one of its rows.
const float* weights_of(const GeneratedConv& conv, const float* weights,
                        const GeneratedCode::Part& part, std::int64_t row) {
  const std::int64_t inputs = conv.inputs / conv.groups;
  return weights + ((part.row + row) * inputs + part.channel % inputs) * conv.places;
}

std::int64_t nonzeros_of(const GeneratedConv& conv, const float* weights,
                         const GeneratedCode::Part& part) {
  const std::int64_t count = part.channels * conv.places;
  std::int64_t nonzeros = 0;
  for (std::int64_t r = 0; r < part.rows; ++r) {
    const float* const first = weights_of(conv, weights, part, r);
    nonzeros += count - std::count(first, first + count, 0.0f);
  }
  return nonzeros;
}

#define FASTCNN_FIELD(name) static_cast<std::int64_t>(offsetof(GeneratedCall, name))

// Writes the function of one part.
class Writer {
 public:
  Writer(const GeneratedConv& conv, const GeneratedCode::Part& part, const float* weights,
         Assembler& code, std::vector<float>& stream)
      : conv_(conv), part_(part), matrix_(weights), code_(code), stream_(stream) {
    plan_fetches();
    for (const std::int64_t line : lines_read(conv)) bases_.push_back(line * kLine);
    sums_ = std::clamp<std::int64_t>(
        std::min(kSums / part.rows, static_cast<std::int64_t>(weights_of_row_) / kLeastProducts), 1,
        kMostSums);
    next_sum_.resize(static_cast<std::size_t>(part.rows));
    const std::int64_t spare = kVectorRegisters - sums_ * part.rows;
    shifted_ = shifts(conv) ? kShifted : 0;
    lines_.resize(static_cast<std::size_t>(spare - shifted_));
  }

  void write() {
    begin();
    const std::size_t loop = code_.size();
    code_.load(kPixels, {kLaneMasks, 0});
    for (std::int64_t r = 0; r < part_.rows; ++r) start(r);
    for (std::int64_t i = part_.rows; i < sums_ * part_.rows; ++i) code_.clear(sum(i));
    for (std::int64_t c = 0; c < part_.channels; ++c) multiply(c);
    add_up();
    finish();
    advance();
    code_.add(kCount, -1);
    code_.jump_if_not_zero(loop);
    end();
  }

 private:
  // A line that a register holds: where it lies for channel 0, and the channel.
  struct Line {
    std::int64_t base = 0;
    std::int64_t channel = -1;
    std::int64_t used = 0;
  };

  bool adds_residual() const { return part_.first && conv_.residual; }

  void start(std::int64_t r) {
    if (part_.first) {
      code_.broadcast(sum(r), {kBias, r * 4});
    } else {
      code_.load(sum(r), {kDst, r * kLine});
    }
    if (adds_residual()) code_.add(sum(r), sum(r), Address{kResidual, r * kLine});
  }

  // The sums of a row are a number of rows apart; the first of them is its result.
  static Zmm sum(std::int64_t index) { return {static_cast<std::uint8_t>(index)}; }
  Zmm line_register(std::size_t i) const {
    return {static_cast<std::uint8_t>(sums_ * part_.rows + static_cast<std::int64_t>(i))};
  }

  Zmm take_sum(std::int64_t row) {
    std::int64_t& next = next_sum_[static_cast<std::size_t>(row)];
    const std::int64_t taken = next;
    next = (next + 1) % sums_;
    return sum(taken * part_.rows + row);
  }

  void add_up() {
    for (std::int64_t i = part_.rows; i < sums_ * part_.rows; ++i) {
      code_.add(sum(i % part_.rows), sum(i % part_.rows), sum(i));
    }
  }

  // Bytes from line 0 to the line of channel 0.
  std::int64_t base_of(std::int64_t plane, std::int64_t vector) const {
    return (plane * conv_.src_plane + vector * conv_.src_vector) * kLine;
  }

  std::size_t sources() const { return std::min(bases_.size(), kNumSources); }

  // Parts are about alike: each call fetches as many bytes as it runs, spread over its vectors.
  void plan_fetches() {
    const std::int64_t nonzeros = nonzeros_of(conv_, matrix_, part_);
    weights_of_row_ = static_cast<std::size_t>(nonzeros / part_.rows);
    if (conv_.vectors == 0) return;
    const std::int64_t fetches = nonzeros * kBytesOfWeight / kLine / conv_.vectors;
    if (fetches > 0) {
      weights_between_fetches_ =
          static_cast<std::size_t>(std::max<std::int64_t>(nonzeros / fetches, 1));
    }
  }

  void begin() {
    code_.begin_function();
    for (const Reg reg : kSaved) code_.push(reg);
    code_.load(kWeights, {kCall, FASTCNN_FIELD(weights)});
    code_.load(kDst, {kCall, FASTCNN_FIELD(dst)});
    if (adds_residual()) code_.load(kResidual, {kCall, FASTCNN_FIELD(residual)});
    code_.load(kLaneMasks, {kCall, FASTCNN_FIELD(lanes)});
    code_.load(kCount, {kCall, FASTCNN_FIELD(vectors)});
    code_.load(kBias, {kCall, FASTCNN_FIELD(bias)});
    if (weights_between_fetches_ != 0) code_.load(kNext, {kCall, FASTCNN_FIELD(next)});
    code_.add(kWeights, kWeightsReach);
    for (std::size_t i = 0; i < sources(); ++i) {
      code_.load(kSources[i], {kCall, FASTCNN_FIELD(src)});
      code_.add(kSources[i], bases_[i] + kLinesReach);
    }
  }

  Address source(std::int64_t base, std::int64_t channel) {
    const auto found = std::find(bases_.begin(), bases_.end(), base);
    const auto i = std::min(static_cast<std::size_t>(found - bases_.begin()), sources() - 1);
    return {kSources[i], base - bases_[i] + channel * kLine - bumped_ - kLinesReach};
  }

  Zmm load_line(std::int64_t base, std::int64_t channel) {
    std::size_t oldest = 0;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i].base == base && lines_[i].channel == channel) {
        lines_[i].used = ++clock_;
        return line_register(i);
      }
      if (lines_[i].used < lines_[oldest].used) oldest = i;
    }
    code_.load(line_register(oldest), source(base, channel));
    lines_[oldest] = {base, channel, ++clock_};
    return line_register(oldest);
  }

  Zmm pixels(const GeneratedTap& tap, std::int64_t channel) {
    const std::int64_t vector = floor_div(tap.shift, kLanes);
    const Zmm low = load_line(base_of(tap.plane, vector), channel);
    const std::int64_t lane = tap.shift - vector * kLanes;
    if (lane == 0) return low;
    const Zmm high = load_line(base_of(tap.plane, vector + 1), channel);
    next_shifted_ = (next_shifted_ + 1) % shifted_;
    const Zmm made{static_cast<std::uint8_t>(kVectorRegisters - 1 - next_shifted_)};
    code_.align_lanes(made, high, low, static_cast<int>(lane));
    return made;
  }

  float weight(std::int64_t row, std::int64_t channel, std::int64_t place) const {
    return weights_of(conv_, matrix_, part_, row)[channel * conv_.places + place];
  }

  void multiply(std::int64_t channel) {
    if (channel != 0 && channel % (2 * kReach) == 0) {
      for (std::size_t i = 0; i < sources(); ++i) code_.add(kSources[i], 2 * kLinesReach);
      bumped_ += 2 * kLinesReach;
    }
    for (const GeneratedTap& tap : conv_.taps) {
      Zmm x{};
      bool loaded = false;
      for (std::int64_t r = 0; r < part_.rows; ++r) {
        const float w = weight(r, channel, tap.place);
        if (w == 0.0f) continue;
        if (!loaded) x = pixels(tap, channel);
        loaded = true;
        code_.add_product(take_sum(r), x, next_weight());
        stream_.push_back(w);
      }
    }
  }

  Address next_weight() {
    const auto place = static_cast<std::int64_t>(stream_.size()) * 4;
    fetch();
    if (place - weights_bumped_ == 2 * kWeightsReach) {
      code_.add(kWeights, 2 * kWeightsReach);
      weights_bumped_ += 2 * kWeightsReach;
    }
    return {kWeights, place - weights_bumped_ - kWeightsReach};
  }

  // What is needed next, now and then: code and weights of the part that follows, the residual of
  // the vector that follows.
  void fetch() {
    const std::size_t weights = stream_.size();
    if (weights_between_fetches_ != 0 && weights % weights_between_fetches_ == 0) {
      code_.prefetch({kNext, fetched_}, 1);
      fetched_ += kLine;
    }
    if (adds_residual() && weights_of_row_ != 0 && weights % weights_of_row_ == 0 &&
        residuals_ < part_.rows) {
      code_.prefetch({kResidual, (conv_.dst_vector + residuals_) * kLine}, 0);
      ++residuals_;
    }
  }

  void finish() {
    const Zmm low{static_cast<std::uint8_t>(part_.rows)};
    const Zmm high{static_cast<std::uint8_t>(part_.rows + 1)};
    if (conv_.finish != GeneratedFinish::kNone) code_.broadcast(low, {kCall, FASTCNN_FIELD(low)});
    if (conv_.finish == GeneratedFinish::kLowHigh) {
      code_.broadcast(high, {kCall, FASTCNN_FIELD(high)});
    }
    for (std::int64_t r = 0; r < part_.rows; ++r) {
      if (part_.last) clamp(r, low, high);
      code_.store(Address{kDst, r * kLine}, sum(r));
    }
  }

  void clamp(std::int64_t r, Zmm low, Zmm high) {
    switch (conv_.finish) {
      case GeneratedFinish::kNone:
        code_.move(sum(r), kPixels, sum(r));
        break;
      case GeneratedFinish::kLow:
        code_.max(sum(r), kPixels, low, sum(r));
        break;
      case GeneratedFinish::kLowHigh:
        code_.max(sum(r), low, sum(r));
        code_.min(sum(r), kPixels, high, sum(r));
        break;
    }
  }

  void advance() {
    for (std::size_t i = 0; i < sources(); ++i) {
      code_.add(kSources[i], conv_.src_vector * kLine - bumped_);
    }
    code_.add(kWeights, -weights_bumped_);
    code_.add(kNext, fetched_);
    code_.add(kDst, conv_.dst_vector * kLine);
    if (adds_residual()) code_.add(kResidual, conv_.dst_vector * kLine);
    code_.add(kLaneMasks, static_cast<std::int64_t>(sizeof(std::uint16_t)));
  }

  void end() {
    for (std::size_t i = sizeof kSaved / sizeof kSaved[0]; i > 0; --i) code_.pop(kSaved[i - 1]);
    code_.clear_upper();
    code_.leave();
  }

  const GeneratedConv& conv_;
  const GeneratedCode::Part& part_;
  const float* matrix_;
  Assembler& code_;
  std::vector<float>& stream_;
  std::vector<std::int64_t> bases_;
  std::vector<Line> lines_;
  std::int64_t sums_ = 1;               // of a row
  std::vector<std::int64_t> next_sum_;  // of each row: which takes its next product
  std::int64_t clock_ = 0;
  std::int64_t shifted_ = 0;
  std::int64_t next_shifted_ = 0;
  std::int64_t bumped_ = 0;
  std::int64_t weights_bumped_ = 0;
  std::size_t weights_between_fetches_ = 0;
  std::int64_t fetched_ = 0;  // bytes, by one vector
  std::size_t weights_of_row_ = 0;
  std::int64_t residuals_ = 0;  // fetched
};

#undef FASTCNN_FIELD

}  // namespace

std::int64_t rows_in_registers(const GeneratedConv& conv) {
  return kVectorRegisters - (shifts(conv) ? kLinesOfWindow + kShifted : kLinesOfPoint);
}

std::vector<std::int64_t> lines_read(const GeneratedConv& conv) {
  std::vector<std::int64_t> lines;
  const auto read = [&](std::int64_t plane, std::int64_t vector) {
    const std::int64_t line = plane * conv.src_plane + vector * conv.src_vector;
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
  };
  for (const GeneratedTap& tap : conv.taps) {
    const std::int64_t vector = floor_div(tap.shift, kLanes);
    read(tap.plane, vector);
    if (tap.shift % kLanes != 0) read(tap.plane, vector + 1);
  }
  return lines;
}

void write_part(const GeneratedConv& conv, const GeneratedCode::Part& part, const float* weights,
                Assembler& code, std::vector<float>& stream) {
  Writer(conv, part, weights, code, stream).write();
}

}  // namespace fastcnn::kernels
