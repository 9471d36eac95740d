#include <cstddef>
#include <memory>
#include <utility>

#include "cpu/isa.h"
#include "ops/depthwise/conv2d_depthwise.h"

namespace fastcnn::ops {
namespace {

struct PackShape {
  std::int64_t channels;
  std::int64_t places;
  std::int64_t block;
};

void pack(const PackShape& shape, const float* src, float* dst) {
  for (std::int64_t first = 0; first < shape.channels; first += shape.block) {
    for (std::int64_t place = 0; place < shape.places; ++place) {
      for (std::int64_t c = first; c < first + shape.block; ++c) {
        *dst++ = c < shape.channels ? src[c * shape.places + place] : 0.0f;
      }
    }
  }
}

}  // namespace

Packing depthwise_packing(std::int64_t channels, std::int64_t places) {
  const PackShape shape{channels, places, static_cast<std::int64_t>(cpu::block())};
  Packing made;
  made.input = 1;
  made.format = join("conv2d_depthwise: lanes ", shape.block);
  made.size_bytes =
      static_cast<std::size_t>(round_up(channels, shape.block) * places) * sizeof(float);
  made.pack = [](const Packing& self, const void* src, void* dst, cpu::Parallel) {
    pack(*static_cast<const PackShape*>(self.parameters.get()), static_cast<const float*>(src),
         static_cast<float*>(dst));
  };
  made.parameters = std::make_shared<const PackShape>(shape);
  return made;
}

std::optional<std::string> refuse_unless_depthwise(const Conv2dShape& shape) {
  if (shape.depthwise()) return std::nullopt;
  return join(shape.groups, " groups, ", shape.ic, " input and ", shape.oc,
              " output channels are not a depthwise convolution");
}

}  // namespace fastcnn::ops
