#include "cuda/ops/moves.h"

#include "cuda/kernels/transpose2d/transpose2d.h"
#include "cuda/ops/checks.h"

// What moves elements or only renames them.
namespace fastcnn::cuda {
namespace {

class Alias final : public Operator {
 public:
  Alias(Layout from, Layout to) {
    kernel = "alias";
    input_layouts = {from};
    output_layouts = {to};
    alias = true;
  }

  void enqueue(const RunArgs&) const override {}
};

class Reorder final : public Operator {
 public:
  Reorder(const TensorDesc& image, Layout from, Layout to) : element_bytes_(size_of(image.dtype)) {
    const Shape& shape = image.shape;
    const std::int64_t pixels = shape[2] * shape[3];
    const bool from_plain = from == Layout::kPlain;
    kernel = join("transpose2d_", 8 * element_bytes_, "_32x32");
    input_layouts = {from};
    output_layouts = {to};
    transpose_ = {};
    transpose_.batch = shape.count() == 0 ? 0 : shape[0];
    transpose_.rows = narrow(from_plain ? shape[1] : pixels);
    transpose_.columns = narrow(from_plain ? pixels : shape[1]);
  }

  void enqueue(const RunArgs& args) const override {
    if (transpose_.batch == 0) return;
    Transpose2d transpose = transpose_;
    transpose.src = args.inputs[0];
    transpose.dst = args.outputs[0];
    transpose2d(transpose, element_bytes_, args.stream);
  }

 private:
  Transpose2d transpose_;
  std::size_t element_bytes_;
};

class Copy final : public Operator {
 public:
  explicit Copy(std::size_t size_bytes) : size_bytes_(size_bytes) {
    kernel = "memcpy";
    input_layouts = {Layout::kPlain};
    output_layouts = {Layout::kPlain};
  }

  void enqueue(const RunArgs& args) const override {
    if (size_bytes_ == 0) return;
    FASTCNN_CUDA_TRY(cudaMemcpyAsync(args.outputs[0], args.inputs[0], size_bytes_,
                                     cudaMemcpyDeviceToDevice, args.stream));
  }

 private:
  std::size_t size_bytes_;
};

using Axes = std::vector<std::int64_t>;
const Axes kToNhwc = {0, 2, 3, 1};
const Axes kFromNhwc = {0, 3, 1, 2};

}  // namespace

std::unique_ptr<Operator> make_reorder(const TensorDesc& image, Layout from, Layout to) {
  if (same_in_both(image.shape)) return std::make_unique<Alias>(from, to);
  return std::make_unique<Reorder>(image, from, to);
}

std::unique_ptr<Operator> make_copy(std::size_t size_bytes) {
  return std::make_unique<Copy>(size_bytes);
}

std::optional<std::string> refuse_identity(const ops::OpSpec& spec) {
  spec.expect_inputs(1, 1);
  return refuse_sizes(spec);
}

std::unique_ptr<Operator> make_identity(const ops::OpSpec& spec, const Layouts& given) {
  ops::expect_output(spec, 0, spec.inputs[0].shape, spec.inputs[0].dtype);
  return std::make_unique<Alias>(given[0], given[0]);
}

std::optional<std::string> refuse_reshape(const ops::OpSpec& spec) {
  if (spec.inputs.size() > 1) return "the shape is not known when the plan is made";
  spec.expect_inputs(1, 1);
  const Shape& from = spec.inputs[0].shape;
  const Shape& to = spec.outputs[0].shape;
  require(from.count() == to.count(), ErrorKind::kShape, spec.op, ": ", from, " has ", from.count(),
          " elements, ", to, " has ", to.count());
  return refuse_sizes(spec);
}

std::unique_ptr<Operator> make_reshape(const ops::OpSpec&, const Layouts&) {
  return std::make_unique<Alias>(Layout::kPlain, Layout::kPlain);
}

std::optional<std::string> refuse_transpose_image(const ops::OpSpec& spec) {
  spec.expect_inputs(1, 1);
  const Axes axes = spec.attributes.get_ints("perm", spec.inputs[0].shape.rank());
  if (axes != kToNhwc && axes != kFromNhwc) return "the axes are not those of NCHW to NHWC or back";
  return refuse_sizes(spec);
}

// An image in one layout is its transposition in the other: nothing moves.
std::unique_ptr<Operator> make_transpose_image(const ops::OpSpec& spec, const Layouts&) {
  ops::expect_outputs(spec, 1);
  const Shape& x = spec.inputs[0].shape;
  const Axes axes = spec.attributes.get_ints("perm", 4);
  if (axes == kFromNhwc) {
    ops::expect_output(spec, 0, {x[0], x[3], x[1], x[2]}, spec.inputs[0].dtype);
    return std::make_unique<Alias>(Layout::kPlain, Layout::kNhwc);
  }
  ops::expect_output(spec, 0, {x[0], x[2], x[3], x[1]}, spec.inputs[0].dtype);
  return std::make_unique<Alias>(Layout::kNhwc, Layout::kPlain);
}

}  // namespace fastcnn::cuda
