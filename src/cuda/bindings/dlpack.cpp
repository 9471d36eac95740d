#include "cuda/bindings/dlpack.h"

#include <cstdint>
#include <vector>

namespace py = pybind11;

namespace fastcnn::bindings {
namespace {

constexpr const char* kOld = "dltensor";
constexpr const char* kOldUsed = "used_dltensor";
constexpr const char* kVersioned = "dltensor_versioned";
constexpr const char* kVersionedUsed = "used_dltensor_versioned";
constexpr std::int32_t kCuda = 2;
constexpr std::int32_t kCudaManaged = 13;
constexpr std::uint64_t kReadOnly = 1;

// The records of DLPack's ABI, by the names of its specification.
struct Tensor {
  void* data;
  std::int32_t device_type;
  std::int32_t device_id;
  std::int32_t ndim;
  std::uint8_t code;
  std::uint8_t bits;
  std::uint16_t lanes;
  std::int64_t* shape;
  std::int64_t* strides;
  std::uint64_t byte_offset;
};
struct Managed {
  Tensor tensor;
  void* context;
  void (*deleter)(Managed*);
};
struct ManagedVersioned {
  std::uint32_t major;
  std::uint32_t minor;
  void* context;
  void (*deleter)(ManagedVersioned*);
  std::uint64_t flags;
  Tensor tensor;
};

struct TypeCode {
  DType dtype;
  std::uint8_t code;
};
constexpr TypeCode kTypes[] = {
    {DType::kFloat32, 2}, {DType::kInt32, 0}, {DType::kFloat16, 2}, {DType::kFloat64, 2},
    {DType::kUInt8, 1},   {DType::kInt8, 0},  {DType::kInt64, 0},   {DType::kBool, 6},
};

DType dtype_of(const Tensor& tensor) {
  for (const auto& [dtype, code] : kTypes) {
    if (code == tensor.code && size_of(dtype) * 8 == tensor.bits && tensor.lanes == 1) return dtype;
  }
  throw Error(ErrorKind::kType,
              join("dlpack: elements of type code ", int{tensor.code}, ", ", int{tensor.bits},
                   " bits and ", tensor.lanes, " lanes are none of those that sessions take"));
}

void check_strides(const Tensor& tensor, const Shape& shape) {
  if (tensor.strides == nullptr || shape.count() == 0) return;
  std::int64_t expected = 1;
  for (std::size_t i = shape.rank(); i-- > 0;) {
    require(shape[i] == 1 || tensor.strides[i] == expected, ErrorKind::kValue,
            "dlpack: the array is not C-contiguous; make a copy that is");
    expected *= shape[i];
  }
}

DeviceArray described(const Tensor& tensor) {
  require(tensor.device_type == kCuda || tensor.device_type == kCudaManaged, ErrorKind::kValue,
          "dlpack: the array is on a device of type ", tensor.device_type,
          ", a session on 'cuda' takes those of type 2 (CUDA)");
  require(tensor.ndim >= 0, ErrorKind::kValue, "dlpack: ", tensor.ndim, " axes");
  DeviceArray array;
  array.desc.dtype = dtype_of(tensor);
  array.desc.shape = Shape(std::vector<std::int64_t>(tensor.shape, tensor.shape + tensor.ndim));
  check_strides(tensor, array.desc.shape);
  if (array.size_bytes() == 0) {
    array.device = tensor.device_id;
    return array;
  }
  array.data = static_cast<char*>(tensor.data) + tensor.byte_offset;
  array.device = cuda::device_of(array.data, "dlpack");
  return array;
}

template <typename Record>
DeviceArray taken(const py::capsule& capsule, Record* record, const char* used) {
  DeviceArray array = described(record->tensor);
  if (PyCapsule_SetName(capsule.ptr(), used) != 0) throw py::error_already_set();
  array.owner = {record, [](Record* r) {
                   const py::gil_scoped_acquire acquire;
                   if (r->deleter != nullptr) r->deleter(r);
                 }};
  return array;
}

// What a record that is given away keeps.
struct Given {
  DeviceArray array;
  std::vector<std::int64_t> shape;
};

template <typename Record>
py::capsule given(const DeviceArray& array, const char* name) {
  auto* const context = new Given{array, extents_of(array.desc.shape)};
  auto* const record = new Record{};
  Tensor& tensor = record->tensor;
  tensor.data = array.data;
  tensor.device_type = kCuda;
  tensor.device_id = array.device;
  tensor.ndim = static_cast<std::int32_t>(context->shape.size());
  for (const auto& [dtype, code] : kTypes) {
    if (dtype == array.desc.dtype) tensor.code = code;
  }
  tensor.bits = static_cast<std::uint8_t>(8 * size_of(array.desc.dtype));
  tensor.lanes = 1;
  tensor.shape = context->shape.data();
  record->context = context;
  record->deleter = [](Record* r) {
    delete static_cast<Given*>(r->context);
    delete r;
  };
  if constexpr (std::is_same_v<Record, ManagedVersioned>) {
    record->major = 1;
    record->flags = array.read_only ? kReadOnly : 0;
  }
  PyObject* const capsule = PyCapsule_New(record, name, [](PyObject* self) {
    // Whoever took the record renamed the capsule, and calls the deleter.
    const char* const own = std::is_same_v<Record, ManagedVersioned> ? kVersioned : kOld;
    if (PyCapsule_IsValid(self, own) == 0) return;
    auto* const r = static_cast<Record*>(PyCapsule_GetPointer(self, own));
    r->deleter(r);
  });
  if (capsule == nullptr) {
    record->deleter(record);
    throw py::error_already_set();
  }
  return py::reinterpret_steal<py::capsule>(capsule);
}

}  // namespace

DeviceArray from_dlpack(const py::capsule& capsule) {
  PyObject* const object = capsule.ptr();
  if (PyCapsule_IsValid(object, kOld) != 0) {
    return taken(capsule, static_cast<Managed*>(PyCapsule_GetPointer(object, kOld)), kOldUsed);
  }
  require(PyCapsule_IsValid(object, kVersioned) != 0, ErrorKind::kValue,
          "dlpack: a capsule named '", capsule.name() != nullptr ? capsule.name() : "",
          "' holds no tensor, or one that was taken already");
  auto* const record = static_cast<ManagedVersioned*>(PyCapsule_GetPointer(object, kVersioned));
  require(record->major == 1, ErrorKind::kUnsupported, "dlpack: version ", record->major, ".",
          record->minor, " of the protocol is not known, version 1 is");
  DeviceArray array = taken(capsule, record, kVersionedUsed);
  array.read_only = (record->flags & kReadOnly) != 0;
  return array;
}

py::capsule to_dlpack(const DeviceArray& array, bool versioned) {
  if (versioned) return given<ManagedVersioned>(array, kVersioned);
  require(!array.read_only, ErrorKind::kValue,
          "dlpack: a read-only array needs a consumer that passes max_version=(1, 0)");
  return given<Managed>(array, kOld);
}

}  // namespace fastcnn::bindings
