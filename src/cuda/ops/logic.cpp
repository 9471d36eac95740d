#include "cuda/kernels/logic/logic.h"

#include "cuda/ops/broadcast.h"
#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/elementwise/logic_checks.h"

// Comparisons, logic, where and cast, of every type but float16.
namespace fastcnn::cuda {
namespace {

std::optional<Element> element_of(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return Element::kFloat32;
    case DType::kFloat64:
      return Element::kFloat64;
    case DType::kInt32:
      return Element::kInt32;
    case DType::kInt64:
      return Element::kInt64;
    case DType::kInt8:
      return Element::kInt8;
    case DType::kUInt8:
      return Element::kUInt8;
    case DType::kBool:
      return Element::kBool;
    case DType::kFloat16:
      break;
  }
  return std::nullopt;
}

std::string other_type(DType dtype) { return join("of ", name_of(dtype)); }

struct RelationOp {
  const char* op;
  RelationKind kind;
  bool of_bools;
};

constexpr RelationOp kRelations[] = {
    {"equal", RelationKind::kEqual, false},
    {"greater", RelationKind::kGreater, false},
    {"greater_or_equal", RelationKind::kGreaterOrEqual, false},
    {"less", RelationKind::kLess, false},
    {"less_or_equal", RelationKind::kLessOrEqual, false},
    {"logical_and", RelationKind::kAnd, true},
    {"logical_or", RelationKind::kOr, true},
    {"logical_xor", RelationKind::kXor, true},
};

const RelationOp& relation_op(const ops::OpSpec& spec) {
  for (const RelationOp& relation : kRelations) {
    if (spec.op == relation.op) return relation;
  }
  throw Error(ErrorKind::kInternal, join(spec.op, ": is no relation"));
}

LogicAxes logic_axes(const ops::OpSpec& spec, const BroadcastAxes& broadcast) {
  LogicAxes axes = {};
  axes.size = spec.outputs[0].shape.count();
  for (std::int32_t& extent : axes.extent) extent = 1;
  std::size_t to = kLogicAxes;
  for (auto axis = broadcast.axes.rbegin(); axis != broadcast.axes.rend(); ++axis) {
    --to;
    axes.extent[to] = narrow(axis->extent);
    for (std::size_t i = 0; i < 3; ++i) axes.stride[i][to] = narrow(axis->stride[i]);
  }
  return axes;
}

std::optional<std::string> refuse_operands(const ops::OpSpec& spec) {
  if (broadcast_axes(spec, {}).axes.size() > kLogicAxes) {
    return join("more than ", kLogicAxes, " axes along which operands are read unlike");
  }
  return refuse_sizes(spec);
}

class RelationOperator final : public Operator {
 public:
  RelationOperator(const ops::OpSpec& spec, const BroadcastAxes& broadcast)
      : kind_(relation_op(spec).kind),
        element_(*element_of(spec.inputs[0].dtype)),
        axes_(logic_axes(spec, broadcast)) {
    kernel = "relation";
    input_layouts = broadcast.input_layouts;
    output_layouts = {broadcast.output_layout};
  }

  void enqueue(const RunArgs& args) const override {
    if (axes_.size == 0) return;
    auto* const dst = static_cast<std::uint8_t*>(args.outputs[0]);
    relation(kind_, element_, {args.inputs[0], args.inputs[1], dst, axes_}, args.stream);
  }

 private:
  RelationKind kind_;
  Element element_;
  LogicAxes axes_;
};

class WhereOperator final : public Operator {
 public:
  WhereOperator(const ops::OpSpec& spec, const BroadcastAxes& broadcast)
      : axes_(logic_axes(spec, broadcast)), element_bytes_(size_of(spec.outputs[0].dtype)) {
    kernel = join("choose_", 8 * element_bytes_);
    input_layouts = broadcast.input_layouts;
    output_layouts = {broadcast.output_layout};
  }

  void enqueue(const RunArgs& args) const override {
    if (axes_.size == 0) return;
    choose({static_cast<const std::uint8_t*>(args.inputs[0]), args.inputs[1], args.inputs[2],
            args.outputs[0], axes_},
           element_bytes_, args.stream);
  }

 private:
  LogicAxes axes_;
  std::size_t element_bytes_;
};

class LogicalNotOperator final : public Operator {
 public:
  LogicalNotOperator(std::int64_t size, Layout layout) : size_(size) {
    kernel = "negate";
    input_layouts = {layout};
    output_layouts = {layout};
  }

  void enqueue(const RunArgs& args) const override {
    if (size_ == 0) return;
    negate({static_cast<const std::uint8_t*>(args.inputs[0]),
            static_cast<std::uint8_t*>(args.outputs[0]), size_},
           args.stream);
  }

 private:
  std::int64_t size_;
};

class CastOperator final : public Operator {
 public:
  CastOperator(const ops::OpSpec& spec, Layout layout)
      : from_(element_of(spec.inputs[0].dtype).value_or(Element::kBool)),
        to_(element_of(spec.outputs[0].dtype).value_or(Element::kBool)),
        size_(spec.inputs[0].shape.count()) {
    alias = spec.inputs[0].dtype == spec.outputs[0].dtype;
    kernel = alias ? "alias" : "cast";
    input_layouts = {layout};
    output_layouts = {layout};
  }

  void enqueue(const RunArgs& args) const override {
    if (size_ != 0) cast(from_, to_, {args.inputs[0], args.outputs[0], size_}, args.stream);
  }

 private:
  Element from_;
  Element to_;
  std::int64_t size_;
};

}  // namespace

std::optional<std::string> refuse_relation(const ops::OpSpec& spec) {
  ops::expect_relation(spec);
  const DType dtype = spec.inputs[0].dtype;
  const bool of_bools = relation_op(spec).of_bools;
  if (!element_of(dtype) || (of_bools && dtype != DType::kBool)) return other_type(dtype);
  return refuse_operands(spec);
}

std::unique_ptr<Operator> make_relation(const ops::OpSpec& spec, const Layouts& given) {
  return std::make_unique<RelationOperator>(spec, broadcast_axes(spec, given));
}

std::optional<std::string> refuse_logical_not(const ops::OpSpec& spec) {
  ops::expect_logical_not(spec);
  return refuse_sizes(spec);
}

std::unique_ptr<Operator> make_logical_not(const ops::OpSpec& spec, const Layouts& given) {
  return std::make_unique<LogicalNotOperator>(spec.inputs[0].shape.count(), given[0]);
}

std::optional<std::string> refuse_where(const ops::OpSpec& spec) {
  ops::expect_where(spec);
  return refuse_operands(spec);
}

std::unique_ptr<Operator> make_where(const ops::OpSpec& spec, const Layouts& given) {
  return std::make_unique<WhereOperator>(spec, broadcast_axes(spec, given));
}

std::optional<std::string> refuse_cast(const ops::OpSpec& spec) {
  ops::expect_cast(spec);
  const DType from = spec.inputs[0].dtype;
  const DType to = spec.outputs[0].dtype;
  const bool to_byte = to == DType::kInt8 || to == DType::kUInt8;
  if (from != to && (!element_of(from) || !element_of(to) || to_byte)) {
    return join("from ", name_of(from), " to ", name_of(to));
  }
  return refuse_sizes(spec);
}

std::unique_ptr<Operator> make_cast(const ops::OpSpec& spec, const Layouts& given) {
  return std::make_unique<CastOperator>(spec, given[0]);
}

}  // namespace fastcnn::cuda
