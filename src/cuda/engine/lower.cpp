#include <map>
#include <utility>

#include "cuda/engine/program.h"
#include "cuda/ops/moves.h"

namespace fastcnn::cuda {
namespace {

using engine::NodeSpec;
using engine::Role;

class Lowering {
 public:
  explicit Lowering(const engine::PlanSpec& spec) : spec_(spec), born_(spec.values.size()) {
    require(spec.updates.empty(), ErrorKind::kUnsupported,
            "cuda: training is not there; device=\"cpu\" trains");
  }

  Program run() {
    for (std::size_t v = 0; v < spec_.values.size(); ++v) {
      if (spec_.values[v].role == Role::kComputed) continue;
      born_[v] = Layout::kPlain;
      const std::size_t tensor = add_tensor(v, Layout::kPlain, kNone);
      if (spec_.values[v].role == Role::kConstant) program_.constants.push_back(tensor);
    }
    for (const NodeSpec& node : spec_.nodes) lower_node(node);
    require(refused_.empty(), ErrorKind::kUnsupported, "cuda: ", refused_);
    for (const std::size_t v : spec_.inputs) {
      program_.inputs.push_back(forms_.at({v, Layout::kPlain}));
    }
    for (const std::size_t v : spec_.outputs) {
      program_.outputs.push_back(in_layout(v, Layout::kPlain));
    }
    return std::move(program_);
  }

 private:
  std::size_t add_tensor(std::size_t value, Layout layout, std::size_t storage) {
    const TensorDesc& desc = spec_.values[value].desc;
    const std::size_t size_bytes =
        static_cast<std::size_t>(desc.shape.count()) * size_of(desc.dtype);
    if (storage == kNone) storage = program_.storages++;
    program_.tensors.push_back({value, layout, size_bytes, storage});
    return forms_[{value, layout}] = program_.tensors.size() - 1;
  }

  void add_step(std::string name, std::string op, std::unique_ptr<Operator> run,
                std::vector<std::size_t> inputs, const std::vector<std::size_t>& values) {
    const std::size_t shared = run->alias ? program_.tensors[inputs[0]].storage : kNone;
    std::vector<std::size_t> outputs;
    for (std::size_t i = 0; i < values.size(); ++i) {
      outputs.push_back(add_tensor(values[i], run->output_layouts[i], i == 0 ? shared : kNone));
    }
    program_.steps.push_back(
        {std::move(name), std::move(op), std::move(run), std::move(inputs), std::move(outputs)});
  }

  // The tensor of `value` in `layout`, converted by a step where there is none yet.
  std::size_t in_layout(std::size_t value, Layout layout) {
    if (layout == Layout::kUnread) return kNone;
    const auto found = forms_.find({value, layout});
    if (found != forms_.end()) return found->second;
    const TensorDesc& desc = spec_.values[value].desc;
    require(desc.dtype == DType::kFloat32, ErrorKind::kUnsupported, "cuda: '",
            spec_.values[value].name, "' is ", name_of(desc.dtype),
            "; only float32 images are moved");
    const std::size_t from = forms_.at({value, born_[value]});
    add_step(spec_.values[value].name, "reorder", make_reorder(desc.shape, born_[value], layout),
             {from}, {value});
    return program_.steps.back().outputs[0];
  }

  void lower_node(const NodeSpec& node) {
    ops::OpSpec op{node.op, node.attributes, {}, {}, spec_.options, {}};
    Layouts given;
    for (const std::size_t v : node.inputs) {
      op.inputs.push_back(spec_.values[v].desc);
      op.constants.push_back(spec_.values[v].role == Role::kConstant ? spec_.values[v].data.get()
                                                                     : nullptr);
      given.push_back(born_[v]);
    }
    for (const std::size_t v : node.outputs) op.outputs.push_back(spec_.values[v].desc);
    const Implementation* chosen = nullptr;
    try {
      chosen = &choose_implementation(op);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kUnsupported) throw;
      refused_ += join(refused_.empty() ? "" : "; ", "'", node.name, "': ", error.what());
      for (const std::size_t v : node.outputs) born_[v] = Layout::kPlain;
      return;
    }
    if (!refused_.empty()) {  // only refusals are looked for
      for (const std::size_t v : node.outputs) born_[v] = Layout::kPlain;
      return;
    }
    std::unique_ptr<Operator> run = chosen->make(op, given);
    std::vector<std::size_t> inputs;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      inputs.push_back(in_layout(node.inputs[i], run->input_layouts[i]));
    }
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      born_[node.outputs[i]] = run->output_layouts[i];
    }
    add_step(node.name, node.op, std::move(run), std::move(inputs), node.outputs);
  }

  const engine::PlanSpec& spec_;
  Program program_;
  std::vector<Layout> born_;  // the layout in which the producer gives a value
  std::map<std::pair<std::size_t, Layout>, std::size_t> forms_;
  std::string refused_;
};

}  // namespace

Program lower(const engine::PlanSpec& spec) { return Lowering(spec).run(); }

}  // namespace fastcnn::cuda
