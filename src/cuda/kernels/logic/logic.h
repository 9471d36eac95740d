#pragma once

#include <cstddef>
#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Comparisons, logic, choice and changes of type. A bool is a byte that is 0 or 1.

enum class Element : std::int32_t { kFloat32, kFloat64, kInt32, kInt64, kInt8, kUInt8, kBool };

enum class RelationKind : std::int32_t {
  kEqual,
  kGreater,
  kGreaterOrEqual,
  kLess,
  kLessOrEqual,
  kAnd,  // of bools, as are the rest
  kOr,
  kXor,
};

constexpr int kLogicAxes = 5;

// How up to three operands are read for each element of a result that is row-major over `extent`: a
// step along axis k leads stride[operand][k] elements further, 0 where all read one element. Axes
// that are not needed have extent 1.
struct LogicAxes {
  std::int64_t size;
  std::int32_t extent[kLogicAxes];
  std::int32_t stride[3][kLogicAxes];
};

// dst[i] = relation(a, b). Comparisons with a NaN are false.
//
// Shapes    a, b as `axes` says, of one type; dst [size] bools; all on the device.
// Aliasing  dst overlaps nothing.
// Errors    a refused launch throws; ops::logic checks shapes.
struct Relation {
  const void* a;
  const void* b;
  std::uint8_t* dst;
  LogicAxes axes;
};

void relation(RelationKind kind, Element element, const Relation& relation, cudaStream_t stream);

// dst[i] = a where condition, else b, elements of any type.
struct Choice {
  const std::uint8_t* condition;
  const void* a;
  const void* b;
  void* dst;
  LogicAxes axes;
};

// `element_bytes`: 1, 2, 4 or 8.
void choose(const Choice& choice, std::size_t element_bytes, cudaStream_t stream);

// dst[i] = not src[i], bools; dst may be src.
struct Negation {
  const std::uint8_t* src;
  std::uint8_t* dst;
  std::int64_t size;
};

void negate(const Negation& negation, cudaStream_t stream);

// dst[i] = src[i] as another type. Floats go to integers towards zero; what has no place there
// becomes its nearest end, NaN zero. Anything but 0 is true, NaN too. To int8 and uint8 nothing
// goes.
struct Cast {
  const void* src;
  void* dst;
  std::int64_t size;
};

void cast(Element from, Element to, const Cast& cast, cudaStream_t stream);

}  // namespace fastcnn::cuda
