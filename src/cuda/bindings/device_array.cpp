#include "cuda/bindings/device_array.h"

#include <pybind11/stl.h>

#include "bindings/convert/arrays.h"
#include "cuda/bindings/dlpack.h"
#include "cuda/bindings/streams.h"

namespace py = pybind11;
using namespace pybind11::literals;

namespace fastcnn::bindings {
namespace {

DeviceArray borrow(std::uintptr_t pointer, const std::vector<std::int64_t>& shape,
                   const std::string& dtype, bool read_only, py::object owner) {
  DeviceArray array;
  array.desc.shape = Shape(shape);
  array.desc.dtype = dtype_from(dtype);
  array.data = reinterpret_cast<void*>(pointer);
  array.read_only = read_only;
  array.owner = keep(std::move(owner));
  array.device = array.size_bytes() == 0 ? cuda::current_device()
                                         : cuda::device_of(array.data, "__cuda_array_interface__");
  return array;
}

void write(const DeviceArray& array, const py::array& numbers, std::uintptr_t stream) {
  check_array(numbers, array.desc, "what is written");
  require(!array.read_only, ErrorKind::kValue, "cuda: the array is read-only");
  const cuda::DeviceScope scope(array.device);
  FASTCNN_CUDA_TRY(cudaMemcpyAsync(array.data, numbers.data(), array.size_bytes(),
                                   cudaMemcpyHostToDevice, stream_of(stream)));
}

DeviceArray uploaded(const py::array& numbers) {
  cuda::require_device();
  const std::vector<std::int64_t> extents(numbers.shape(), numbers.shape() + numbers.ndim());
  DeviceArray array = new_device_array(
      {Shape(extents), dtype_from(py::str(numbers.dtype()).cast<std::string>()), {}});
  check_array(numbers, array.desc, "the array");
  cuda::copy_to_device(array.data, numbers.data(), array.size_bytes());
  return array;
}

py::array downloaded(const DeviceArray& array) {
  py::array numbers = new_array(array.desc);
  void* const to = numbers.mutable_data();
  const py::gil_scoped_release release;
  if (array.filled) array.filled->synchronize();
  const cuda::DeviceScope scope(array.device);
  FASTCNN_CUDA_TRY(cudaMemcpy(to, array.data, array.size_bytes(), cudaMemcpyDeviceToHost));
  return numbers;
}

py::dict interface_of(const DeviceArray& array) {
  py::object stream = py::none();
  if (array.filled) stream = py::int_(number_of(array.stream));
  return py::dict(
      "shape"_a = py::tuple(py::cast(extents_of(array.desc.shape))),
      "typestr"_a = numpy_dtype(array.desc.dtype).attr("str"),
      "data"_a = py::make_tuple(reinterpret_cast<std::uintptr_t>(array.data), array.read_only),
      "version"_a = 3, "strides"_a = py::none(), "stream"_a = stream);
}

py::capsule exported(const DeviceArray& array, const py::object& stream,
                     const std::optional<std::pair<int, int>>& max_version,
                     const std::optional<std::pair<int, int>>& device,
                     const std::optional<bool>& copy) {
  if (device && *device != std::pair(2, array.device)) {
    throw py::buffer_error("dlpack: the array is on CUDA device " + std::to_string(array.device) +
                           " and is not copied to another");
  }
  if (copy.value_or(false)) {
    throw py::buffer_error("dlpack: a copy was asked for, and only the array itself is given");
  }
  // None is the legacy stream, -1 a consumer that takes care of the order itself.
  const std::int64_t number = stream.is_none() ? 1 : stream.cast<std::int64_t>();
  if (array.filled && number != -1) {
    array.filled->hold(stream_of(static_cast<std::uintptr_t>(number)));
  }
  return to_dlpack(array, max_version && max_version->first >= 1);
}

}  // namespace

std::vector<std::int64_t> extents_of(const Shape& shape) {
  std::vector<std::int64_t> extents;
  for (std::size_t i = 0; i < shape.rank(); ++i) extents.push_back(shape[i]);
  return extents;
}

DeviceArray new_device_array(const TensorDesc& desc) {
  DeviceArray array;
  array.desc = desc;
  array.device = cuda::current_device();
  auto buffer = std::make_shared<cuda::DeviceBuffer>(array.size_bytes());
  array.data = buffer->data();
  array.owner = std::move(buffer);
  return array;
}

std::shared_ptr<void> keep(py::object object) {
  return {new py::object(std::move(object)), [](py::object* kept) {
            const py::gil_scoped_acquire acquire;
            delete kept;
          }};
}

void register_device_array(py::module_& module) {
  py::class_<DeviceArray>(module, "DeviceArray", py::module_local(),
                          "A C-contiguous array on a CUDA device.")
      .def(py::init(&uploaded), "numbers"_a, "A copy of a NumPy array on the current device.")
      .def_static("borrow", &borrow, py::kw_only(), "pointer"_a, "shape"_a, "dtype"_a,
                  "read_only"_a, "owner"_a, "The memory of another object.")
      .def_static("from_dlpack", &from_dlpack, "capsule"_a)
      .def("write", &write, "numbers"_a, "stream"_a,
           "Puts a copy of a NumPy array over the array, in a stream.")
      .def("numpy", &downloaded, "A copy of the array here, once its numbers are there.")
      .def_property_readonly("shape",
                             [](const DeviceArray& array) {
                               return py::tuple(py::cast(extents_of(array.desc.shape)));
                             })
      .def_property_readonly("dtype",
                             [](const DeviceArray& array) { return numpy_dtype(array.desc.dtype); })
      .def_property_readonly("device", [](const DeviceArray& array) { return array.device; })
      .def_property_readonly("read_only", [](const DeviceArray& array) { return array.read_only; })
      .def_property_readonly("__cuda_array_interface__", &interface_of)
      .def("__dlpack_device__",
           [](const DeviceArray& array) { return py::make_tuple(2, array.device); })
      .def("__dlpack__", &exported, py::kw_only(), "stream"_a = py::none(),
           "max_version"_a = py::none(), "dl_device"_a = py::none(), "copy"_a = py::none())
      .def("__repr__", [](const DeviceArray& array) {
        return join("DeviceArray(", array.desc.shape, ", ", name_of(array.desc.dtype),
                    ", CUDA device ", array.device, ")");
      });
}

}  // namespace fastcnn::bindings
