#include "kernels/conv2d_sparse/generated.h"

#include <algorithm>
#include <cstddef>

#include "kernels/conv2d_sparse/generated_writer.h"

namespace fastcnn::kernels {
namespace {

constexpr std::int64_t kLine = 64;  // bytes
// Of the first cache, what the lines of a panel may take that one vector reads; and the fewest
// channels of a panel.
constexpr std::int64_t kPanelBytes = 32 << 10;
constexpr std::int64_t kLeastPanel = 16;

// Rows whose sums are in registers together.
struct Rows {
  std::int64_t group;
  std::int64_t first;
  std::int64_t count;
};

std::vector<Rows> rows_of(const GeneratedConv& conv) {
  const std::int64_t most = rows_in_registers(conv);
  const std::int64_t outputs = conv.outputs / conv.groups;
  const std::int64_t parts = (outputs + most - 1) / most;
  std::vector<Rows> rows;
  for (std::int64_t group = 0; group < conv.groups; ++group) {
    for (std::int64_t p = 0; p < parts; ++p) {
      const std::int64_t begin = outputs * p / parts;
      rows.push_back({group, group * outputs + begin, outputs * (p + 1) / parts - begin});
    }
  }
  return rows;
}

// Panels of channels, of which the lines that one vector reads stay in the first cache.
std::int64_t panels_of(const GeneratedConv& conv) {
  const auto lines = static_cast<std::int64_t>(lines_read(conv).size());
  const std::int64_t most = std::max<std::int64_t>(kPanelBytes / (kLine * lines), kLeastPanel);
  return (conv.inputs / conv.groups + most - 1) / most;
}

// What a part consists of, before it has a place.
struct Written {
  std::vector<float> weights;
  jit::Assembler code;
};

// Places a part behind `bytes`.
void append(const Written& written, GeneratedCode::Part& part, std::vector<std::uint8_t>& bytes) {
  const auto align = [&] { bytes.resize((bytes.size() + kLine - 1) / kLine * kLine, 0xCC); };
  align();
  part.weights = bytes.size();
  const auto* const floats = reinterpret_cast<const std::uint8_t*>(written.weights.data());
  bytes.insert(bytes.end(), floats, floats + written.weights.size() * sizeof(float));
  align();
  part.code = bytes.size();
  bytes.insert(bytes.end(), written.code.code().begin(), written.code.code().end());
}

}  // namespace

GeneratedCode::GeneratedCode(const GeneratedConv& conv, const float* weights,
                             cpu::Parallel parallel)
    : panels_(panels_of(conv)) {
  const std::int64_t inputs = conv.inputs / conv.groups;
  for (const Rows& rows : rows_of(conv)) {
    for (std::int64_t p = 0; p < panels_; ++p) {
      const std::int64_t begin = inputs * p / panels_;
      const std::int64_t end = inputs * (p + 1) / panels_;
      Part part{rows.first,  rows.count, rows.group * inputs + begin,
                end - begin, p == 0,     p + 1 == panels_};
      parts_.push_back(part);
    }
  }
  std::vector<Written> written(parts_.size());
  parallel(parts_.size(), [&](std::size_t i, std::size_t) {
    write_part(conv, parts_[i], weights, written[i].code, written[i].weights);
  });
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < parts_.size(); ++i) append(written[i], parts_[i], bytes);
  memory_ = jit::ExecutableMemory(bytes);
}

}  // namespace fastcnn::kernels
