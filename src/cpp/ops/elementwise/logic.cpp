#include <algorithm>
#include <cstring>

#include "ops/elementwise/logic_checks.h"
#include "ops/elementwise/plain_broadcast.h"

// equal, greater, ..., logical_and, ..., logical_not, where: plain tensors, broadcast. The loops
// are short enough for the compiler to vectorise.
namespace fastcnn::ops {
namespace {

using Run = PlainBroadcast<2>::Run;
using Relation = void (*)(const void* a, const void* b, std::uint8_t* dst, const Run& run);

template <typename T, typename Function>
void relate(const void* a, const void* b, std::uint8_t* dst, const Run& run) {
  const T* x = static_cast<const T*>(a) + run.input[0];
  const T* y = static_cast<const T*>(b) + run.input[1];
  const auto [x_step, y_step] = run.step;
  for (std::int64_t i = 0; i < run.count; ++i) {
    dst[run.output + i] = Function::of(x[i * x_step], y[i * y_step]) ? 1 : 0;
  }
}

struct Equal {
  template <typename T>
  static bool of(T a, T b) {
    return a == b;
  }
};
struct Greater {
  template <typename T>
  static bool of(T a, T b) {
    return a > b;
  }
};
struct GreaterOrEqual {
  template <typename T>
  static bool of(T a, T b) {
    return a >= b;
  }
};
struct Less {
  template <typename T>
  static bool of(T a, T b) {
    return a < b;
  }
};
struct LessOrEqual {
  template <typename T>
  static bool of(T a, T b) {
    return a <= b;
  }
};
struct And {
  static bool of(std::uint8_t a, std::uint8_t b) { return a != 0 && b != 0; }
};
struct Or {
  static bool of(std::uint8_t a, std::uint8_t b) { return a != 0 || b != 0; }
};
struct Xor {
  static bool of(std::uint8_t a, std::uint8_t b) { return (a != 0) != (b != 0); }
};

template <typename Function>
Relation comparison_of(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return relate<float, Function>;
    case DType::kFloat64:
      return relate<double, Function>;
    case DType::kInt32:
      return relate<std::int32_t, Function>;
    case DType::kInt64:
      return relate<std::int64_t, Function>;
    case DType::kUInt8:
    case DType::kBool:
      return relate<std::uint8_t, Function>;
    case DType::kInt8:
      return relate<std::int8_t, Function>;
    case DType::kFloat16:
      break;
  }
  return nullptr;
}

// Null where the op has no code for the type.
Relation relation_of(const OpSpec& spec) {
  const DType dtype = spec.inputs[0].dtype;
  if (spec.op == "equal") return comparison_of<Equal>(dtype);
  if (spec.op == "greater") return comparison_of<Greater>(dtype);
  if (spec.op == "greater_or_equal") return comparison_of<GreaterOrEqual>(dtype);
  if (spec.op == "less") return comparison_of<Less>(dtype);
  if (spec.op == "less_or_equal") return comparison_of<LessOrEqual>(dtype);
  if (dtype != DType::kBool) return nullptr;
  if (spec.op == "logical_and") return relate<std::uint8_t, And>;
  if (spec.op == "logical_or") return relate<std::uint8_t, Or>;
  return relate<std::uint8_t, Xor>;
}

class Relate final : public Operator {
 public:
  explicit Relate(const OpSpec& spec) : relation_(relation_of(spec)), broadcast_(spec) {
    kernel = spec.op + "__scalar";
    input_layouts = {Layout::kPlain, Layout::kPlain};
    output_layouts = {Layout::kPlain};
  }

  void run(const RunArgs& args) const override {
    auto* dst = static_cast<std::uint8_t*>(args.outputs[0]);
    broadcast_.run(args.parallel,
                   [&](const Run& run) { relation_(args.inputs[0], args.inputs[1], dst, run); });
  }

 private:
  Relation relation_;
  PlainBroadcast<2> broadcast_;
};

class LogicalNot final : public Operator {
 public:
  explicit LogicalNot(const OpSpec& spec) : count_(spec.inputs[0].shape.count()) {
    kernel = "logical_not__scalar";
    input_layouts = {Layout::kPlain};
    output_layouts = {Layout::kPlain};
    in_place = {{0, 0}};
  }

  void run(const RunArgs& args) const override {
    const auto* src = static_cast<const std::uint8_t*>(args.inputs[0]);
    auto* dst = static_cast<std::uint8_t*>(args.outputs[0]);
    Split(count_, 2).run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) dst[i] = src[i] == 0 ? 1 : 0;
    });
  }

 private:
  std::int64_t count_;
};

// Bytes are chosen, whatever they mean: T has the size of an element.
template <typename T>
class Where final : public Operator {
 public:
  explicit Where(const OpSpec& spec) : broadcast_(spec) {
    kernel = "where__scalar";
    input_layouts.assign(3, Layout::kPlain);
    output_layouts = {Layout::kPlain};
  }

  void run(const RunArgs& args) const override {
    broadcast_.run(args.parallel, [&](const PlainBroadcast<3>::Run& run) {
      const auto* condition = static_cast<const std::uint8_t*>(args.inputs[0]) + run.input[0];
      const T* a = static_cast<const T*>(args.inputs[1]) + run.input[1];
      const T* b = static_cast<const T*>(args.inputs[2]) + run.input[2];
      T* dst = static_cast<T*>(args.outputs[0]) + run.output;
      const auto [condition_step, a_step, b_step] = run.step;
      for (std::int64_t i = 0; i < run.count; ++i) {
        dst[i] = condition[i * condition_step] != 0 ? a[i * a_step] : b[i * b_step];
      }
    });
  }

 private:
  PlainBroadcast<3> broadcast_;
};

}  // namespace

std::optional<std::string> refuse_relation(const OpSpec& spec) {
  expect_relation(spec);
  if (relation_of(spec) == nullptr) return join("of ", name_of(spec.inputs[0].dtype));
  return std::nullopt;
}

std::unique_ptr<Operator> make_relation(const OpSpec& spec) {
  return std::make_unique<Relate>(spec);
}

std::optional<std::string> refuse_logical_not(const OpSpec& spec) {
  expect_logical_not(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_logical_not(const OpSpec& spec) {
  return std::make_unique<LogicalNot>(spec);
}

std::optional<std::string> refuse_where(const OpSpec& spec) {
  expect_where(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_where(const OpSpec& spec) {
  switch (size_of(spec.outputs[0].dtype)) {
    case 1:
      return std::make_unique<Where<std::uint8_t>>(spec);
    case 2:
      return std::make_unique<Where<std::uint16_t>>(spec);
    case 4:
      return std::make_unique<Where<std::uint32_t>>(spec);
    default:
      return std::make_unique<Where<std::uint64_t>>(spec);
  }
}

}  // namespace fastcnn::ops
