#include "bindings/convert/arrays.h"

namespace py = pybind11;

namespace fastcnn::bindings {

DType dtype_from(const std::string& name) {
  std::string known;
  for (const DType type : kDTypes) {
    if (name == name_of(type)) return type;
    known += join(known.empty() ? "" : ", ", name_of(type));
  }
  throw Error(ErrorKind::kType, join("plan: values are of one of ", known, ", not ", name));
}

py::dtype numpy_dtype(DType type) {
  switch (type) {
    case DType::kFloat32:
      return py::dtype::of<float>();
    case DType::kInt32:
      return py::dtype::of<std::int32_t>();
    case DType::kFloat16:
      return py::dtype("float16");
    case DType::kFloat64:
      return py::dtype::of<double>();
    case DType::kUInt8:
      return py::dtype::of<std::uint8_t>();
    case DType::kInt8:
      return py::dtype::of<std::int8_t>();
    case DType::kInt64:
      return py::dtype::of<std::int64_t>();
    case DType::kBool:
      break;
  }
  return py::dtype::of<bool>();
}

bool fits(const py::array& array, const TensorDesc& desc) {
  const std::size_t rank = desc.shape.rank();
  if (static_cast<std::size_t>(array.ndim()) != rank) return false;
  for (std::size_t i = 0; i < rank; ++i) {
    if (array.shape(i) != desc.shape[i]) return false;
  }
  return (array.flags() & py::array::c_style) != 0 &&
         array.dtype().num() == numpy_dtype(desc.dtype).num();
}

void check_array(const py::array& array, const TensorDesc& desc, const std::string& what) {
  if (fits(array, desc)) return;
  const Shape shape(std::vector<std::int64_t>(array.shape(), array.shape() + array.ndim()));
  require(array.dtype().num() == numpy_dtype(desc.dtype).num(), ErrorKind::kType, "plan: ", what,
          " must be ", name_of(desc.dtype), ", is ", py::str(array.dtype()).cast<std::string>());
  require(shape == desc.shape, ErrorKind::kShape, "plan: ", what, " must have shape ", desc.shape,
          ", has ", shape);
  throw Error(ErrorKind::kValue, join("plan: ", what,
                                      " must be C-contiguous; numpy.ascontiguousarray() makes it "
                                      "so"));
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
