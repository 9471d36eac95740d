#include "bindings/convert/arrays.h"

namespace py = pybind11;

namespace fastcnn::bindings {

DType dtype_from(const std::string& name) {
  if (name == "float32") return DType::kFloat32;
  if (name == "int32") return DType::kInt32;
  throw Error(ErrorKind::kType, join("plan: values are float32 or int32, not ", name));
}

py::dtype numpy_dtype(DType type) {
  return type == DType::kFloat32 ? py::dtype::of<float>() : py::dtype::of<std::int32_t>();
}

void check_array(const py::array& array, const TensorDesc& desc, const std::string& what) {
  const Shape shape(std::vector<std::int64_t>(array.shape(), array.shape() + array.ndim()));
  require(array.dtype().is(numpy_dtype(desc.dtype)) || array.dtype().equal(numpy_dtype(desc.dtype)),
          ErrorKind::kType, "plan: ", what, " must be ", name_of(desc.dtype), ", is ",
          py::str(array.dtype()).cast<std::string>());
  require(shape == desc.shape, ErrorKind::kShape, "plan: ", what, " must have shape ", desc.shape,
          ", has ", shape);
  require((array.flags() & py::array::c_style) != 0, ErrorKind::kValue, "plan: ", what,
          " must be C-contiguous; numpy.ascontiguousarray() makes it so");
}

std::shared_ptr<void> share_memory(const py::array& array) {
  auto* owner = new py::array(array);
  return {const_cast<void*>(array.data()), [owner](void*) {
            const py::gil_scoped_acquire acquire;
            delete owner;
          }};
}

py::array new_array(const TensorDesc& desc) {
  std::vector<py::ssize_t> extents;
  for (std::size_t i = 0; i < desc.shape.rank(); ++i) extents.push_back(desc.shape[i]);
  return py::array(numpy_dtype(desc.dtype), extents);
}

}  // namespace fastcnn::bindings
