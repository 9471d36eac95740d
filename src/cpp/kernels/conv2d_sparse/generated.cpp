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

// Writes the weights and the code of a part behind `bytes`.
void append(const GeneratedConv& conv, const float* weights, GeneratedCode::Part& part,
            std::vector<std::uint8_t>& bytes) {
  const auto align = [&] { bytes.resize((bytes.size() + kLine - 1) / kLine * kLine, 0xCC); };
  jit::Assembler code;
  std::vector<float> stream;
  write_part(conv, part, weights, code, stream);
  align();
  part.weights = bytes.size();
  const auto* const floats = reinterpret_cast<const std::uint8_t*>(stream.data());
  bytes.insert(bytes.end(), floats, floats + stream.size() * sizeof(float));
  align();
  part.code = bytes.size();
  bytes.insert(bytes.end(), code.code().begin(), code.code().end());
}

}  // namespace

GeneratedCode::GeneratedCode(const GeneratedConv& conv, const float* weights)
    : panels_(panels_of(conv)) {
  const std::int64_t inputs = conv.inputs / conv.groups;
  std::vector<std::uint8_t> bytes;
  for (const Rows& rows : rows_of(conv)) {
    for (std::int64_t p = 0; p < panels_; ++p) {
      const std::int64_t begin = inputs * p / panels_;
      const std::int64_t end = inputs * (p + 1) / panels_;
      Part part{rows.first,  rows.count, rows.group * inputs + begin,
                end - begin, p == 0,     p + 1 == panels_};
      append(conv, weights, part, bytes);
      parts_.push_back(part);
    }
  }
  memory_ = jit::ExecutableMemory(bytes);
}

}  // namespace fastcnn::kernels
