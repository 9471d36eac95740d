#include "cuda/kernels/logic/kernel.cuh"

namespace fastcnn::cuda {
namespace {

using RelationKernel = void (*)(Relation);
using CastKernel = void (*)(Cast);

template <RelationKind kKind>
RelationKernel comparison_of(Element element) {
  switch (element) {
    case Element::kFloat32:
      return &relation_kernel<float, kKind>;
    case Element::kInt32:
      return &relation_kernel<std::int32_t, kKind>;
    case Element::kBool:
      break;
  }
  return &relation_kernel<std::uint8_t, kKind>;
}

RelationKernel relation_of(RelationKind kind, Element element) {
  switch (kind) {
    case RelationKind::kEqual:
      return comparison_of<RelationKind::kEqual>(element);
    case RelationKind::kGreater:
      return comparison_of<RelationKind::kGreater>(element);
    case RelationKind::kGreaterOrEqual:
      return comparison_of<RelationKind::kGreaterOrEqual>(element);
    case RelationKind::kLess:
      return comparison_of<RelationKind::kLess>(element);
    case RelationKind::kLessOrEqual:
      return comparison_of<RelationKind::kLessOrEqual>(element);
    case RelationKind::kAnd:
      return &relation_kernel<std::uint8_t, RelationKind::kAnd>;
    case RelationKind::kOr:
      return &relation_kernel<std::uint8_t, RelationKind::kOr>;
    case RelationKind::kXor:
      break;
  }
  return &relation_kernel<std::uint8_t, RelationKind::kXor>;
}

template <typename From>
CastKernel cast_from(Element to) {
  switch (to) {
    case Element::kFloat32:
      return &cast_kernel<From, float>;
    case Element::kInt32:
      return &cast_kernel<From, std::int32_t>;
    case Element::kBool:
      break;
  }
  return &cast_kernel<From, std::uint8_t>;
}

CastKernel cast_kernel_of(Element from, Element to) {
  switch (from) {
    case Element::kFloat32:
      return cast_from<float>(to);
    case Element::kInt32:
      return cast_from<std::int32_t>(to);
    case Element::kBool:
      break;
  }
  return cast_from<std::uint8_t>(to);
}

}  // namespace

void relation(RelationKind kind, Element element, const Relation& arguments, cudaStream_t stream) {
  launch(relation_of(kind, element), dim3(blocks(arguments.axes.size, kLogicThreads)),
         dim3(kLogicThreads), stream, arguments);
}

void choose(const Choice& choice, cudaStream_t stream) {
  launch(&choose_kernel, dim3(blocks(choice.axes.size, kLogicThreads)), dim3(kLogicThreads), stream,
         choice);
}

void cast(Element from, Element to, const Cast& arguments, cudaStream_t stream) {
  launch(cast_kernel_of(from, to), dim3(blocks(arguments.size, kLogicThreads)), dim3(kLogicThreads),
         stream, arguments);
}

}  // namespace fastcnn::cuda
