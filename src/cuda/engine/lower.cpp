#include <map>
#include <utility>

#include "cuda/engine/chooser.h"
#include "cuda/engine/program.h"
#include "cuda/ops/moves.h"

namespace fastcnn::cuda {
namespace {

using engine::NodeSpec;
using engine::Role;

Home home_of(Role role) {
  if (role == Role::kConstant) return Home::kConstant;
  return role == Role::kState ? Home::kState : Home::kArena;
}

class Lowering {
 public:
  explicit Lowering(const engine::PlanSpec& spec)
      : spec_(spec), chooser_(spec.choices.get()), born_(spec.values.size()) {}

  Program run() {
    for (std::size_t v = 0; v < spec_.values.size(); ++v) {
      const bool computed = spec_.values[v].role == Role::kComputed;
      program_.plain.push_back(
          computed ? kNone : add_value(v, Layout::kPlain, home_of(spec_.values[v].role)));
    }
    for (const NodeSpec& node : spec_.nodes) lower_node(node);
    require(refused_.empty(), ErrorKind::kUnsupported, "cuda: ", refused_);
    for (const std::size_t v : spec_.inputs) program_.inputs.push_back(program_.plain[v]);
    for (const std::size_t v : spec_.outputs) {
      program_.outputs.push_back(in_layout(v, Layout::kPlain));
    }
    std::vector<std::pair<std::size_t, std::size_t>> updates;
    for (const auto& [state, now] : spec_.updates) {
      updates.emplace_back(program_.plain[state], in_layout(now, Layout::kPlain));
    }
    place_updates(spec_, program_, updates);
    return std::move(program_);
  }

 private:
  bool is_constant(std::size_t value) const { return spec_.values[value].role == Role::kConstant; }

  std::size_t new_storage(Home home) {
    program_.homes.push_back(home);
    return program_.homes.size() - 1;
  }

  std::size_t add_value(std::size_t value, Layout layout, Home home) {
    return add_tensor(value, layout, new_storage(home));
  }

  std::size_t add_tensor(std::size_t value, Layout layout, std::size_t storage) {
    const TensorDesc& desc = spec_.values[value].desc;
    const std::size_t size_bytes =
        static_cast<std::size_t>(desc.shape.count()) * size_of(desc.dtype);
    program_.tensors.push_back({value, layout, size_bytes, storage});
    return forms_[{value, layout}] = program_.tensors.size() - 1;
  }

  // Makes `value` in another form, once where it is a constant.
  std::size_t derive(std::size_t value, const char* op, std::unique_ptr<Operator> run,
                     std::size_t from, std::size_t to) {
    Step step{spec_.values[value].name, op, std::move(run), {from}, {to}, {}, ""};
    (is_constant(value) ? program_.prologue : program_.steps).push_back(std::move(step));
    return to;
  }

  Home derived_home(std::size_t value) const {
    return is_constant(value) ? Home::kDerived : Home::kArena;
  }

  // The tensor of `value` in `layout`, converted by a step where there is none yet.
  std::size_t in_layout(std::size_t value, Layout layout) {
    if (layout == Layout::kUnread) return kNone;
    if (layout == Layout::kHost) {
      const Role role = spec_.values[value].role;
      require(role == Role::kInput || role == Role::kConstant, ErrorKind::kUnsupported, "cuda: '",
              spec_.values[value].name,
              "' is computed on the device, and a kernel needs it before; device=\"cpu\" runs it");
      return program_.plain[value];
    }
    const auto found = forms_.find({value, layout});
    if (found != forms_.end()) return found->second;
    const TensorDesc& desc = spec_.values[value].desc;
    const std::size_t from = forms_.at({value, born_[value]});
    std::unique_ptr<Operator> run = make_reorder(desc, born_[value], layout);
    const std::size_t storage =
        run->alias ? program_.tensors[from].storage : new_storage(derived_home(value));
    return derive(value, "reorder", std::move(run), from, add_tensor(value, layout, storage));
  }

  std::size_t pack(std::size_t value, Packing packing) {
    const std::size_t from = in_layout(value, Layout::kPlain);
    program_.tensors.push_back(
        {value, Layout::kPlain, packing.size_bytes, new_storage(derived_home(value))});
    return derive(value, "pack", std::move(packing.run), from, program_.tensors.size() - 1);
  }

  void lower_node(const NodeSpec& node) {
    ops::OpSpec op{node.op, node.attributes, {}, {}, spec_.options, {}};
    Layouts given;
    for (const std::size_t v : node.inputs) {
      op.inputs.push_back(spec_.values[v].desc);
      op.constants.push_back(is_constant(v) ? spec_.values[v].data.get() : nullptr);
      given.push_back(born_[v]);
    }
    for (const std::size_t v : node.outputs) op.outputs.push_back(spec_.values[v].desc);
    Chosen choice{nullptr, ""};
    try {
      choice = chooser_.choose(op, given);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kUnsupported) throw;
      refused_ += join(refused_.empty() ? "" : "; ", "'", node.name, "': ", error.what());
    }
    if (!refused_.empty()) return;  // only refusals are looked for
    add_step(node, choice.implementation->make(op, given), choice.why);
  }

  void add_step(const NodeSpec& node, std::unique_ptr<Operator> run, const std::string& why) {
    Step step{node.name, node.op, std::move(run), {}, {}, {}, why};
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      step.inputs.push_back(in_layout(node.inputs[i], step.run->input_layouts[i]));
    }
    for (Packing& packing : step.run->packings) {
      step.packed.push_back(pack(node.inputs[packing.input], std::move(packing)));
    }
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      const Layout layout = step.run->output_layouts[i];
      const bool alias = step.run->alias && i == 0;
      born_[node.outputs[i]] = layout;
      step.outputs.push_back(
          alias ? add_tensor(node.outputs[i], layout, program_.tensors[step.inputs[0]].storage)
                : add_value(node.outputs[i], layout, Home::kArena));
    }
    program_.steps.push_back(std::move(step));
  }

  const engine::PlanSpec& spec_;
  Program program_;
  Chooser chooser_;
  std::vector<Layout> born_;  // the layout in which the producer gives a value
  std::map<std::pair<std::size_t, Layout>, std::size_t> forms_;
  std::string refused_;
};

}  // namespace

Program lower(const engine::PlanSpec& spec) { return Lowering(spec).run(); }

}  // namespace fastcnn::cuda
