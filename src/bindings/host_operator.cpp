#include "bindings/host_operator.h"

#include <pybind11/stl.h>

#include <cstring>

#include "bindings/convert/arrays.h"
#include "cpu/denormals.h"

namespace py = pybind11;

namespace fastcnn::bindings {
namespace {

class HostOperator final : public ops::Operator {
 public:
  HostOperator(std::string node, const ops::OpSpec& spec, std::shared_ptr<py::function> function)
      : node_(std::move(node)), spec_(spec), function_(std::move(function)) {
    kernel = "numpy_reference";
    input_layouts.assign(spec.inputs.size(), Layout::kPlain);
    output_layouts.assign(spec.outputs.size(), Layout::kPlain);
  }

  void run(const ops::RunArgs& args) const override {
    const cpu::KeepDenormals keep;
    const py::gil_scoped_acquire acquire;
    std::vector<py::array> inputs;
    for (std::size_t i = 0; i < spec_.inputs.size(); ++i) {
      inputs.push_back(new_array(spec_.inputs[i]));
      copy(args.inputs[i], inputs.back().mutable_data(), inputs.back());
    }
    const auto outputs = (*function_)(node_, inputs).cast<std::vector<py::array>>();
    require(outputs.size() == spec_.outputs.size(), ErrorKind::kInternal, spec_.op, ": gave ",
            outputs.size(), " outputs, node '", node_, "' has ", spec_.outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      check_array(outputs[i], spec_.outputs[i], join("output ", i, " of node '", node_, "'"));
      copy(outputs[i].data(), args.outputs[i], outputs[i]);
    }
  }

 private:
  static void copy(const void* src, void* dst, const py::array& like) {
    if (like.nbytes() != 0) std::memcpy(dst, src, static_cast<std::size_t>(like.nbytes()));
  }

  std::string node_;
  ops::OpSpec spec_;
  std::shared_ptr<py::function> function_;
};

}  // namespace

engine::HostFactory host_factory(const py::function& function) {
  const std::shared_ptr<py::function> shared(new py::function(function), [](py::function* owned) {
    const py::gil_scoped_acquire acquire;
    delete owned;
  });
  return [shared](const engine::NodeSpec& node, const ops::OpSpec& spec) {
    return std::make_unique<HostOperator>(node.name, spec, shared);
  };
}

}  // namespace fastcnn::bindings
