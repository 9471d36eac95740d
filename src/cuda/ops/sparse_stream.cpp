#include "cuda/ops/sparse_stream.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "cuda/ops/checks.h"

namespace fastcnn::cuda {
namespace {

constexpr std::int64_t kTogether = 4;  // channels of a high entry

float bits_of(std::int32_t place) {
  float bits = 0;
  std::memcpy(&bits, &place, sizeof bits);
  return bits;
}

// Makes the tables tile after tile.
class StreamWriter {
 public:
  StreamWriter(const SparseView& view, const SparseCut& cut, bool fours)
      : view_(view),
        cut_(cut),
        together_(fours ? 4 : 1),
        all_taps_(row_taps(view.view(), view.phase(), view.channels(), view.lines(), fours,
                           view.view().src_channels)) {}

  SparseStream run() {
    for (std::int64_t group = 0; group < view_.groups(); ++group) {
      for (std::int64_t first = 0; first < view_.outputs(); first += cut_.channels) {
        write_tile(group, first, std::min<std::int64_t>(cut_.channels, view_.outputs() - first));
      }
    }
    // Single entries are read in pairs.
    if (cut_.height == 1 && entries_ % 2 != 0) write_entry(0, {0.0f});
    return std::move(stream_);
  }

 private:
  // A row of the tile: `height` channels that share their entries.
  struct Row {
    std::int64_t channel;  // of the tile
    std::vector<std::int64_t> lines;
  };

  std::int64_t lines_per_panel() const { return kSparseLines / together_; }

  bool any(std::int64_t group, std::int64_t first, std::int64_t last, std::int64_t line) const {
    for (std::int64_t o = first; o < last; ++o) {
      if (view_.at(group, o, line) != 0.0f) return true;
    }
    return false;
  }

  std::vector<Row> rows_of(std::int64_t group, std::int64_t first, std::int64_t count) const {
    std::vector<Row> rows;
    for (std::int64_t channel = 0; channel < cut_.channels; channel += cut_.height) {
      Row row{channel, {}};
      const std::int64_t last = first + std::min<std::int64_t>(channel + cut_.height, count);
      for (std::int64_t line = 0; line < view_.lines(); ++line) {
        if (any(group, first + channel, last, line)) row.lines.push_back(line);
      }
      rows.push_back(std::move(row));
    }
    return rows;
  }

  // Gives the longest rows to the warps in turn, there and back: all have about as much to do.
  std::vector<const Row*> dealt(const std::vector<Row>& rows) const {
    std::vector<const Row*> by_length;
    for (const Row& row : rows) by_length.push_back(&row);
    std::stable_sort(by_length.begin(), by_length.end(),
                     [](const Row* a, const Row* b) { return a->lines.size() > b->lines.size(); });
    const auto of_warp = static_cast<std::size_t>(cut_.rows_of_warp());
    std::vector<const Row*> order(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t round = i / kSparseWarps;
      const std::size_t turn = i % kSparseWarps;
      const std::size_t warp = round % 2 == 0 ? turn : kSparseWarps - 1 - turn;
      order[warp * of_warp + round] = by_length[i];
    }
    return order;
  }

  void write_tile(std::int64_t group, std::int64_t first, std::int64_t count) {
    const std::vector<Row> rows = rows_of(group, first, count);
    const std::vector<const Row*> order = dealt(rows);
    for (const Row* row : order) stream_.channels_of.push_back(narrow(row->channel));

    // Lines, or fours of them, that some row reads, and where in the panels they are.
    std::vector<std::int64_t> position(static_cast<std::size_t>(view_.lines() / together_ + 1), -1);
    for (const Row& row : rows) {
      for (const std::int64_t line : row.lines) at(position, line / together_) = 0;
    }
    std::int64_t used = 0;
    for (std::int64_t i = 0; i < view_.lines() / together_; ++i) {
      if (at(position, i) < 0) continue;
      at(position, i) = used++;
      Tap tap = all_taps_[static_cast<std::size_t>(i)];
      tap.offset += narrow(group * view_.channels());
      stream_.taps.push_back(tap);
    }
    const std::int64_t panels = divide_up(used, lines_per_panel());
    for (std::int64_t i = used; i < panels * lines_per_panel(); ++i) {
      stream_.taps.push_back({kNoTap, kNoTap, 0, 0});
    }
    stream_.tiles.push_back(
        {narrow(group * view_.outputs() + first), narrow(count), next_panel_, narrow(panels)});
    next_panel_ += narrow(panels);

    std::vector<std::size_t> next(order.size(), 0);
    for (std::int64_t panel = 0; panel < panels; ++panel) {
      for (std::size_t r = 0; r < order.size(); ++r) {
        write_row(group, first, count, *order[r], position, panel, next[r]);
      }
    }
  }

  // The entries of `row` in `panel`, from line `next` on.
  void write_row(std::int64_t group, std::int64_t first, std::int64_t count, const Row& row,
                 std::vector<std::int64_t>& position, std::int64_t panel, std::size_t& next) {
    const bool pairs = cut_.height == 1;
    if (pairs && entries_ % 2 != 0) write_entry(0, {0.0f});  // in no range
    const std::int32_t begin = entries_;
    for (; next < row.lines.size(); ++next) {
      const std::int64_t line = row.lines[next];
      const std::int64_t place = at(position, line / together_) * together_ + line % together_;
      if (place / kSparseLines != panel) break;
      std::vector<float> weights;
      for (std::int64_t v = 0; v < cut_.height; ++v) {
        const std::int64_t channel = row.channel + v;
        weights.push_back(channel < count ? view_.at(group, first + channel, line) : 0.0f);
      }
      write_entry(sparse_place(narrow(place % kSparseLines), cut_.pixels), weights);
    }
    stream_.ranges.push_back({begin, entries_});
  }

  void write_entry(std::int32_t place, const std::vector<float>& weights) {
    if (cut_.height == 1) {
      stream_.weights.push_back(bits_of(place));
    } else {
      stream_.places.push_back(place);
    }
    stream_.weights.insert(stream_.weights.end(), weights.begin(), weights.end());
    ++entries_;
  }

  static std::int64_t& at(std::vector<std::int64_t>& positions, std::int64_t i) {
    return positions[static_cast<std::size_t>(i)];
  }

  const SparseView& view_;
  SparseCut cut_;
  std::int64_t together_;  // lines that are copied together
  std::vector<Tap> all_taps_;
  SparseStream stream_;
  std::int32_t entries_ = 0;
  std::int32_t next_panel_ = 0;
};

}  // namespace

SparseView::SparseView(const ops::ConvView& view, const float* weights)
    : view_(view), weights_(weights) {
  const std::vector<ConvPhase> phases = conv_phases(view);
  if (phases.empty()) return;
  phase_ = phases.front();
  in_fours_ = outputs() >= kTogether;
  for (std::int64_t group = 0; group < groups(); ++group) {
    for (std::int64_t first = 0; first < outputs(); first += kTogether) {
      const std::int64_t last = std::min(first + kTogether, outputs());
      for (std::int64_t line = 0; line < lines(); ++line) {
        std::int64_t here = 0;
        for (std::int64_t o = first; o < last; ++o) here += at(group, o, line) != 0.0f ? 1 : 0;
        nonzeros_ += here;
        in_fours_ = in_fours_ && (here == 0 || here == last - first);
      }
    }
  }
}

double nonzero_share(const ops::OpSpec& spec) {
  const std::int64_t count = spec.inputs[1].shape.count();
  const auto* const weights = static_cast<const float*>(spec.constant(1));
  return static_cast<double>(count - std::count(weights, weights + count, 0.0f)) /
         static_cast<double>(count);
}

SparseStream sparse_stream(const SparseView& view, const SparseCut& cut, bool fours) {
  return StreamWriter(view, cut, fours).run();
}

}  // namespace fastcnn::cuda
