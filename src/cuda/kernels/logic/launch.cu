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
    case Element::kFloat64:
      return &relation_kernel<double, kKind>;
    case Element::kInt32:
      return &relation_kernel<std::int32_t, kKind>;
    case Element::kInt64:
      return &relation_kernel<std::int64_t, kKind>;
    case Element::kInt8:
      return &relation_kernel<std::int8_t, kKind>;
    case Element::kUInt8:
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

// Nothing is cast to its own type.
template <typename From, typename To>
CastKernel cast_between() {
  if constexpr (std::is_same_v<From, To>) {
    return nullptr;
  } else {
    return &cast_kernel<From, To>;
  }
}

template <typename From>
CastKernel cast_from(Element to) {
  switch (to) {
    case Element::kFloat32:
      return cast_between<From, float>();
    case Element::kFloat64:
      return cast_between<From, double>();
    case Element::kInt32:
      return cast_between<From, std::int32_t>();
    case Element::kInt64:
      return cast_between<From, std::int64_t>();
    case Element::kInt8:
    case Element::kUInt8:
    case Element::kBool:
      break;
  }
  return &cast_kernel<From, Truth>;
}

CastKernel cast_kernel_of(Element from, Element to) {
  switch (from) {
    case Element::kFloat32:
      return cast_from<float>(to);
    case Element::kFloat64:
      return cast_from<double>(to);
    case Element::kInt32:
      return cast_from<std::int32_t>(to);
    case Element::kInt64:
      return cast_from<std::int64_t>(to);
    case Element::kInt8:
      return cast_from<std::int8_t>(to);
    case Element::kUInt8:
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

void choose(const Choice& choice, std::size_t element_bytes, cudaStream_t stream) {
  void (*const kernel)(Choice) = element_bytes == 1   ? &choose_kernel<std::uint8_t>
                                 : element_bytes == 2 ? &choose_kernel<std::uint16_t>
                                 : element_bytes == 4 ? &choose_kernel<std::uint32_t>
                                                      : &choose_kernel<std::uint64_t>;
  launch(kernel, dim3(blocks(choice.axes.size, kLogicThreads)), dim3(kLogicThreads), stream,
         choice);
}

void negate(const Negation& negation, cudaStream_t stream) {
  launch(&negate_kernel, dim3(blocks(negation.size, kLogicThreads)), dim3(kLogicThreads), stream,
         negation);
}

void cast(Element from, Element to, const Cast& arguments, cudaStream_t stream) {
  launch(cast_kernel_of(from, to), dim3(blocks(arguments.size, kLogicThreads)), dim3(kLogicThreads),
         stream, arguments);
}

}  // namespace fastcnn::cuda
