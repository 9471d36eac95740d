#include "cuda/bindings/run_in.h"

#include <algorithm>

#include "cuda/bindings/streams.h"

namespace py = pybind11;

namespace fastcnn::bindings {
namespace {

using engine::PlanSpec;

void check(const cuda::Plan& plan, const DeviceArrays& arrays,
           const std::vector<std::size_t>& values, const char* role) {
  require(arrays.size() == values.size(), ErrorKind::kValue, "plan: has ", values.size(), " ", role,
          "s, was given ", arrays.size());
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    const DeviceArray& array = arrays[i];
    const engine::ValueSpec& value = plan.spec().values[values[i]];
    require(array.desc.dtype == value.desc.dtype, ErrorKind::kType, "plan: ", role, " '",
            value.name, "' must be ", name_of(value.desc.dtype), ", is ", name_of(array.desc.dtype),
            "; arrays on the device are not converted");
    require(array.desc.shape == value.desc.shape, ErrorKind::kShape, "plan: ", role, " '",
            value.name, "' must have shape ", value.desc.shape, ", has ", array.desc.shape);
    require(array.device == plan.device(), ErrorKind::kValue, "plan: ", role, " '", value.name,
            "' is on CUDA device ", array.device, ", the session on ", plan.device(),
            "; copy it there");
  }
}

bool overlap(const DeviceArray& a, const DeviceArray& b) {
  const auto* a_begin = static_cast<const char*>(a.data);
  const auto* b_begin = static_cast<const char*>(b.data);
  return a_begin < b_begin + b.size_bytes() && b_begin < a_begin + a.size_bytes();
}

void check_outputs(const PlanSpec& spec, const DeviceArrays& inputs, const DeviceArrays& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string& name = spec.values[spec.outputs[i]].name;
    require(!outputs[i].read_only, ErrorKind::kValue, "plan: the array for output '", name,
            "' is read-only");
    const auto shares = [&](const DeviceArray& other) { return overlap(outputs[i], other); };
    const auto before = outputs.begin() + static_cast<std::ptrdiff_t>(i);
    require(std::none_of(inputs.begin(), inputs.end(), shares) &&
                std::none_of(outputs.begin(), before, shares),
            ErrorKind::kValue, "plan: the array for output '", name,
            "' shares memory with an input or another output");
  }
}

}  // namespace

DeviceArrays run_in(const cuda::Plan& plan, std::uintptr_t stream,
                    const std::vector<std::uintptr_t>& before, const DeviceArrays& inputs,
                    std::optional<DeviceArrays> given, bool wait) {
  const PlanSpec& spec = plan.spec();
  const cuda::DeviceScope scope(plan.device());
  check(plan, inputs, spec.inputs, "input");
  if (given) {
    check(plan, *given, spec.outputs, "output");
    check_outputs(spec, inputs, *given);
  } else {
    given.emplace();
    for (const std::size_t output : spec.outputs) {
      given->push_back(new_device_array(spec.values[output].desc));
    }
  }
  cuda::RunArrays arrays;
  for (const DeviceArray& array : inputs) arrays.inputs.push_back(array.data);
  for (const DeviceArray& array : *given) arrays.outputs.push_back(array.data);
  std::vector<cudaStream_t> producers;
  for (const std::uintptr_t producer : before) producers.push_back(stream_of(producer));
  const py::gil_scoped_release release;
  plan.run_in(stream_of(stream), producers, arrays);
  if (wait) {
    FASTCNN_CUDA_TRY(cudaStreamSynchronize(stream_of(stream)));
    return std::move(*given);
  }
  auto filled = std::make_shared<cuda::Event>();
  filled->record(stream_of(stream));
  for (DeviceArray& array : *given) {
    array.filled = filled;
    array.stream = stream_of(stream);
  }
  return std::move(*given);
}

}  // namespace fastcnn::bindings
