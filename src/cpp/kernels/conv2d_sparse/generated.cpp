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

std::int64_t parts_of_group(const GeneratedConv& conv) {
  const std::int64_t most = rows_in_registers(conv);
  const std::int64_t outputs = conv.outputs / conv.groups;
  return (outputs + most - 1) / most;
}

std::vector<Rows> rows_of(const GeneratedConv& conv) {
  const std::int64_t outputs = conv.outputs / conv.groups;
  const std::int64_t parts = parts_of_group(conv);
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

std::int64_t GeneratedCode::most_shares(const GeneratedConv& conv) {
  return parts_of_group(conv) * conv.groups;
}

GeneratedCode::GeneratedCode(const GeneratedConv& conv, const float* weights) {
  const std::int64_t inputs = conv.inputs / conv.groups;
  const std::int64_t panels = panels_of(conv);
  const std::vector<Rows> all = rows_of(conv);
  const auto count = static_cast<std::int64_t>(all.size());
  std::vector<std::uint8_t> bytes;
  for (std::int64_t share = 0; share < conv.shares; ++share) {
    const std::size_t first = parts_.size();
    for (std::int64_t i = count * share / conv.shares; i < count * (share + 1) / conv.shares; ++i) {
      const Rows& rows = all[static_cast<std::size_t>(i)];
      for (std::int64_t p = 0; p < panels; ++p) {
        const std::int64_t begin = inputs * p / panels;
        const std::int64_t end = inputs * (p + 1) / panels;
        Part part{rows.first,  rows.count, rows.group * inputs + begin,
                  end - begin, p == 0,     p + 1 == panels};
        append(conv, weights, part, bytes);
        parts_.push_back(part);
      }
    }
    shares_.push_back({first, parts_.size()});
  }
  memory_ = jit::ExecutableMemory(bytes);
}

}  // namespace fastcnn::kernels
