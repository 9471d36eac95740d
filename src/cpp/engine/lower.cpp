#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "cpu/isa.h"
#include "engine/chooser.h"
#include "engine/pixel_lines.h"
#include "engine/program.h"

namespace fastcnn::engine {
namespace {

// Runs one packing of one tensor.
class Pack final : public ops::Operator {
 public:
  explicit Pack(ops::Packing packing) : packing_(std::move(packing)) { kernel = packing_.format; }

  void run(const ops::RunArgs& args) const override {
    packing_.pack(packing_, args.inputs[0], args.outputs[0], args.parallel);
  }

 private:
  ops::Packing packing_;
};

class Copy final : public ops::Operator {
 public:
  explicit Copy(std::size_t size_bytes) : size_bytes_(size_bytes) {
    kernel = "memcpy";
    input_layouts = {Layout::kPlain};
    output_layouts = {Layout::kPlain};
  }

  void run(const ops::RunArgs& args) const override {
    if (size_bytes_ != 0) std::memcpy(args.outputs[0], args.inputs[0], size_bytes_);
  }

 private:
  std::size_t size_bytes_;
};

class Lowering {
 public:
  explicit Lowering(const PlanSpec& spec)
      : spec_(spec), chooser_(std::make_unique<Chooser>(spec)), born_(spec.values.size(), kNone) {
    for (std::size_t v = 0; v < spec.values.size(); ++v) {
      if (spec.values[v].role != Role::kComputed) born_[v] = add_tensor(v, spec.values[v].desc);
      if (spec.values[v].role == Role::kConstant) {
        program_.tensors[born_[v]].held = spec.values[v].data;
      }
    }
  }

  Program run() {
    if (spec_.choices != nullptr) on_pixels_ = choose_pixel_lines(spec_, *chooser_);
    on_pixels_.resize(spec_.nodes.size());
    for (std::size_t n = 0; n < spec_.nodes.size(); ++n) lower_node(spec_.nodes[n], on_pixels_[n]);
    for (const std::size_t v : spec_.outputs) as_layout(v, Layout::kPlain);
    chooser_.reset();
    for (const std::function<void()>& make : postponed_) make();
    program_.plain.resize(spec_.values.size(), kNone);
    for (std::size_t v = 0; v < spec_.values.size(); ++v) {
      const auto plain = forms_.find({v, Layout::kPlain});
      program_.plain[v] = plain != forms_.end() ? plain->second : born_[v];
    }
    join_pooling(spec_, program_);
    join_bands(spec_, program_);
    return std::move(program_);
  }

 private:
  std::size_t add_tensor(std::size_t value, const TensorDesc& desc) {
    const std::size_t count =
        static_cast<std::size_t>(desc.stored_count(static_cast<std::int64_t>(cpu::block())));
    program_.tensors.push_back({value, desc, count * size_of(desc.dtype), nullptr});
    forms_[{value, desc.layout}] = program_.tensors.size() - 1;
    return program_.tensors.size() - 1;
  }

  bool is_constant(std::size_t value) const { return spec_.values[value].role == Role::kConstant; }

  void lower_node(const NodeSpec& node, std::optional<bool> on_pixels) {
    ops::OpSpec op{node.op, node.attributes, {}, {}, spec_.options, {}};
    for (const std::size_t v : node.inputs) {
      require(born_[v] != kNone, ErrorKind::kInternal, "plan: node '", node.name, "' reads '",
              spec_.values[v].name, "' before it is made");
      op.inputs.push_back(program_.tensors[born_[v]].desc);
      // Lines of pixels are a matter among convolutions.
      if (op.inputs.back().layout == Layout::kPixels && op.op != "conv2d") {
        op.inputs.back().layout = Layout::kBlocked;
      }
      op.constants.push_back(is_constant(v) ? spec_.values[v].data.get() : nullptr);
    }
    for (const std::size_t v : node.outputs) op.outputs.push_back(spec_.values[v].desc);

    ops::Choice choice = choose(op, node, on_pixels);
    Step step{node.name, node.op, choice.why, std::move(choice.op), {}, {}, {}};
    require(step.run->input_layouts.size() == node.inputs.size() &&
                step.run->output_layouts.size() == node.outputs.size(),
            ErrorKind::kInternal, node.op, ": kernel ", step.run->kernel,
            " does not tell a layout for every input and output");
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      step.inputs.push_back(as_layout(node.inputs[i], step.run->input_layouts[i]));
    }
    for (const ops::Packing& packing : step.run->packings) {
      step.packed.push_back(pack(node.inputs[packing.input], packing));
    }
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      TensorDesc desc = spec_.values[node.outputs[i]].desc;
      desc.layout = step.run->output_layouts[i];
      born_[node.outputs[i]] = add_tensor(node.outputs[i], desc);
      step.outputs.push_back(born_[node.outputs[i]]);
    }
    program_.steps.push_back(std::move(step));
  }

  ops::Choice choose(const ops::OpSpec& op, const NodeSpec& node, std::optional<bool> on_pixels) {
    try {
      return chooser_->choose(op, on_pixels);
    } catch (const Error& error) {
      if (spec_.host && error.kind() != ErrorKind::kInternal) {
        return {spec_.host(node, op), nullptr, error.what()};
      }
      throw Error(error.kind(), join(error.what(), " (node '", node.name, "')"));
    }
  }

  // The tensor that holds `value` in `layout`; converts it where there is none yet.
  std::size_t as_layout(std::size_t value, Layout layout) {
    const auto found = forms_.find({value, layout});
    if (found != forms_.end()) return found->second;

    const std::size_t from = born_[value];
    ops::OpSpec op{"reorder", {}, {program_.tensors[from].desc}, {program_.tensors[from].desc}};
    op.outputs[0].layout = layout;
    const std::size_t to = add_tensor(value, op.outputs[0]);
    ops::Choice choice = ops::choose(op);
    if (is_constant(value)) {
      const std::string format =
          join("reorder/", name_of(layout), "/", cpu::block(), "/", op.inputs[0].shape);
      run_once(value, std::move(choice.op), from, format, to);
    } else {
      program_.steps.push_back({spec_.values[value].name,
                                "reorder",
                                choice.why,
                                std::move(choice.op),
                                {from},
                                {to},
                                {}});
    }
    return to;
  }

  std::size_t pack(std::size_t value, const ops::Packing& packing) {
    const std::pair<std::size_t, std::string> key{value, packing.format};
    const auto found = packed_.find(key);
    if (found != packed_.end()) return found->second;

    const std::size_t from = as_layout(value, Layout::kPlain);
    const std::size_t to = program_.tensors.size();
    program_.tensors.push_back({value, program_.tensors[from].desc, packing.size_bytes, nullptr});
    packed_[key] = to;
    auto op = std::make_unique<Pack>(packing);
    if (is_constant(value)) {
      run_once(value, std::move(op), from, packing.format, to);
    } else {
      program_.steps.push_back(
          {spec_.values[value].name, "pack", "", std::move(op), {from}, {to}, {}});
    }
    return to;
  }

  // Makes tensor `to` of a constant, after everything is chosen: the memory in which kernels are
  // timed is free by then, and so never adds to that of the packed weights.
  void run_once(std::size_t value, std::shared_ptr<const ops::Operator> op, std::size_t from,
                const std::string& format, std::size_t to) {
    postponed_.push_back([this, value, op = std::move(op), from, format, to] {
      const PackCache::Buffer buffer = spec_.cache->get(
          spec_.values[value].data, op, format, program_.tensors[to].size_bytes, [&](void* dst) {
            const void* src = program_.tensors[from].held.get();
            AlignedBuffer scratch(op->scratch_bytes(spec_.threads));
            op->run({&src, &dst, nullptr, scratch.data(), {spec_.threads}});
          });
      program_.tensors[to].held = {buffer, buffer->data()};
    });
  }

  const PlanSpec& spec_;
  std::unique_ptr<Chooser> chooser_;
  OnPixels on_pixels_;
  Program program_;
  std::vector<std::function<void()>> postponed_;
  std::vector<std::size_t> born_;  // for each value: the tensor its producer writes
  std::map<std::pair<std::size_t, Layout>, std::size_t> forms_;
  std::map<std::pair<std::size_t, std::string>, std::size_t> packed_;
};

}  // namespace

Program lower(const PlanSpec& spec) { return Lowering(spec).run(); }

std::unique_ptr<ops::Operator> make_copy(const TensorDesc& desc) {
  return std::make_unique<Copy>(static_cast<std::size_t>(desc.shape.count()) * size_of(desc.dtype));
}

}  // namespace fastcnn::engine
