#include <cmath>
#include <cstdint>
#include <limits>

#include "ops/elementwise/logic_checks.h"
#include "ops/split.h"

// cast between the types of four bytes or fewer and of eight, but for float16. Floats go to
// integers towards zero; what has no place in the integer, NaN among it, becomes its nearest end,
// NaN zero.
namespace fastcnn::ops {
namespace {

template <typename From, typename To>
To convert(From x) {
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    if (x != x) return 0;
    if (x <= static_cast<From>(std::numeric_limits<To>::min())) {
      return std::numeric_limits<To>::min();
    }
    if (x >= static_cast<From>(std::numeric_limits<To>::max())) {
      return std::numeric_limits<To>::max();
    }
  }
  return static_cast<To>(x);
}

using Convert = void (*)(const void* src, void* dst, std::int64_t begin, std::int64_t end);

template <typename From, typename To>
void convert_run(const void* src, void* dst, std::int64_t begin, std::int64_t end) {
  const From* from = static_cast<const From*>(src);
  To* to = static_cast<To*>(dst);
  for (std::int64_t i = begin; i < end; ++i) to[i] = convert<From, To>(from[i]);
}

// bool is a byte that is 0 or 1: anything but 0 is true, NaN too.
template <typename From>
void convert_to_bool(const void* src, void* dst, std::int64_t begin, std::int64_t end) {
  const From* from = static_cast<const From*>(src);
  auto* to = static_cast<std::uint8_t*>(dst);
  for (std::int64_t i = begin; i < end; ++i) to[i] = from[i] != 0 ? 1 : 0;
}

template <typename From>
Convert convert_from(DType to) {
  switch (to) {
    case DType::kFloat32:
      return convert_run<From, float>;
    case DType::kFloat64:
      return convert_run<From, double>;
    case DType::kInt32:
      return convert_run<From, std::int32_t>;
    case DType::kInt64:
      return convert_run<From, std::int64_t>;
    case DType::kBool:
      return convert_to_bool<From>;
    case DType::kUInt8:
    case DType::kInt8:
    case DType::kFloat16:
      break;
  }
  return nullptr;
}

// Null for a pair without code.
Convert convert_of(DType from, DType to) {
  switch (from) {
    case DType::kFloat32:
      return convert_from<float>(to);
    case DType::kFloat64:
      return convert_from<double>(to);
    case DType::kInt32:
      return convert_from<std::int32_t>(to);
    case DType::kInt64:
      return convert_from<std::int64_t>(to);
    case DType::kUInt8:
    case DType::kBool:
      return convert_from<std::uint8_t>(to);
    case DType::kInt8:
      return convert_from<std::int8_t>(to);
    case DType::kFloat16:
      break;
  }
  return nullptr;
}

class Cast final : public Operator {
 public:
  explicit Cast(const OpSpec& spec)
      : convert_(convert_of(spec.inputs[0].dtype, spec.outputs[0].dtype)),
        count_(spec.inputs[0].shape.count()),
        bytes_(
            static_cast<double>(size_of(spec.inputs[0].dtype) + size_of(spec.outputs[0].dtype))) {
    alias = spec.inputs[0].dtype == spec.outputs[0].dtype;
    kernel = alias ? "alias" : "cast__scalar";
    input_layouts = {Layout::kPlain};
    output_layouts = {Layout::kPlain};
  }

  void run(const RunArgs& args) const override {
    if (alias) return;
    Split(count_, bytes_).run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      convert_(args.inputs[0], args.outputs[0], begin, end);
    });
  }

 private:
  Convert convert_;
  std::int64_t count_;
  double bytes_;
};

}  // namespace

std::optional<std::string> refuse_cast(const OpSpec& spec) {
  expect_cast(spec);
  const DType from = spec.inputs[0].dtype;
  const DType to = spec.outputs[0].dtype;
  if (from != to && convert_of(from, to) == nullptr) {
    return join("from ", name_of(from), " to ", name_of(to));
  }
  return std::nullopt;
}

std::unique_ptr<Operator> make_cast(const OpSpec& spec) { return std::make_unique<Cast>(spec); }

}  // namespace fastcnn::ops
