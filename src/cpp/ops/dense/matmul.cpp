#include <algorithm>
#include <array>

#include "ops/checks.h"
#include "ops/dense/gemm.h"
#include "ops/dense/matmul_checks.h"
#include "ops/stored_shape.h"

// matmul: y = a b for every matrix of the axes before the last two, which are broadcast. Where b is
// one matrix, all of a is one matrix too and b is packed like weights.
namespace fastcnn::ops {
namespace {

class MatmulOfOne final : public Operator {
 public:
  explicit MatmulOfOne(const OpSpec& spec)
      : depth_(from_end(spec.inputs[0].shape, 1)),
        gemm_(extent_product(spec.inputs[0].shape, 0, spec.inputs[0].shape.rank() - 1),
              from_end(spec.inputs[1].shape, 1), depth_) {
    kernel = gemm_.kernel();
    flops = gemm_.flops();
    packings = {gemm_.packing(1)};
    input_layouts = {Layout::kPlain, Layout::kPlain};
    output_layouts = {Layout::kPlain};
  }

  void run(const RunArgs& args) const override {
    gemm_.run(args.parallel, args.src(0), depth_, 1, static_cast<const float*>(args.packed[0]),
              nullptr, args.dst(0));
  }

 private:
  std::int64_t depth_;
  Gemm gemm_;
};

class MatmulOfMany final : public Operator {
 public:
  explicit MatmulOfMany(const OpSpec& spec)
      : rows_(from_end(spec.outputs[0].shape, 2)),
        cols_(from_end(spec.outputs[0].shape, 1)),
        depth_(from_end(spec.inputs[0].shape, 1)),
        gemm_(rows_, cols_, depth_),
        packing_(gemm_.packing(1)),
        batch_(spec.outputs[0].shape) {
    kernel = gemm_.kernel();
    for (std::size_t a = 0; a + 2 < batch_.rank(); ++a) matrices_ *= batch_[a];
    flops = gemm_.flops() * static_cast<double>(matrices_);
    input_layouts = {Layout::kPlain, Layout::kPlain};
    output_layouts = {Layout::kPlain};
    for (std::size_t i = 0; i < 2; ++i) shapes_[i] = spec.inputs[i].shape;
  }

  std::size_t scratch_bytes(std::size_t) const override { return packing_.size_bytes; }

  void run(const RunArgs& args) const override {
    auto* packed = static_cast<float*>(args.scratch);
    std::int64_t before = -1;
    for (std::int64_t m = 0; m < matrices_; ++m) {
      const std::int64_t b = matrix_of(1, m);
      if (b != before)
        packing_.pack(packing_, args.src(1) + b * depth_ * cols_, packed, args.parallel);
      before = b;
      gemm_.run(args.parallel, args.src(0) + matrix_of(0, m) * rows_ * depth_, depth_, 1, packed,
                nullptr, args.dst(0) + m * rows_ * cols_);
    }
  }

 private:
  // Which matrix of input `input` belongs to matrix `m` of the output.
  std::int64_t matrix_of(std::size_t input, std::int64_t m) const {
    const Shape& shape = shapes_[input];
    std::int64_t place = 0;
    std::int64_t stride = 1;
    for (std::size_t k = 3; k <= batch_.rank(); ++k) {
      const std::int64_t index = m % from_end(batch_, k);
      m /= from_end(batch_, k);
      if (k > shape.rank()) continue;
      if (from_end(shape, k) != 1) place += index * stride;
      stride *= from_end(shape, k);
    }
    return place;
  }

  std::int64_t rows_;
  std::int64_t cols_;
  std::int64_t depth_;
  Gemm gemm_;
  Packing packing_;
  Shape batch_;
  std::int64_t matrices_ = 1;
  std::array<Shape, 2> shapes_;
};

}  // namespace

std::optional<std::string> refuse_matmul_gemm(const OpSpec& spec) {
  expect_matmul(spec);
  if (const auto other = refuse_types_but_float(spec)) return other;
  return std::nullopt;
}

std::unique_ptr<Operator> make_matmul_gemm(const OpSpec& spec) {
  const Shape& b = spec.inputs[1].shape;
  if (extent_product(b, 0, b.rank() - 2) == 1 && spec.inputs[0].shape.rank() >= b.rank()) {
    return std::make_unique<MatmulOfOne>(spec);
  }
  return std::make_unique<MatmulOfMany>(spec);
}

}  // namespace fastcnn::ops
