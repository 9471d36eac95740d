#include "cuda/kernels/matmul/matmul.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/dense/matmul_checks.h"
#include "ops/stored_shape.h"

// matmul: matrices of the axes before the last two, which are broadcast. Where b is one matrix, all
// of a is one matrix too.
namespace fastcnn::cuda {
namespace {

// Which matrix of `shape` belongs to matrix `m` of `batch`.
std::int32_t matrix_of(const Shape& shape, const Shape& batch, std::int64_t m) {
  std::int64_t place = 0;
  std::int64_t stride = 1;
  for (std::size_t k = 3; k <= batch.rank(); ++k) {
    const std::int64_t index = m % ops::from_end(batch, k);
    m /= ops::from_end(batch, k);
    if (k > shape.rank()) continue;
    if (ops::from_end(shape, k) != 1) place += index * stride;
    stride *= ops::from_end(shape, k);
  }
  return narrow(place);
}

class MatmulOperator final : public Operator {
 public:
  explicit MatmulOperator(const ops::OpSpec& spec) : matmul_{} {
    const Shape& a = spec.inputs[0].shape;
    const Shape& b = spec.inputs[1].shape;
    const Shape& y = spec.outputs[0].shape;
    kernel = "matmul_f32_64x64";
    input_layouts = {Layout::kPlain, Layout::kPlain};
    output_layouts = {Layout::kPlain};
    matmul_.n = narrow(ops::from_end(b, 1));
    matmul_.k = narrow(ops::from_end(a, 1));
    std::vector<MatrixPair> pairs;
    if (ops::extent_product(b, 0, b.rank() - 2) == 1 && a.rank() >= b.rank()) {
      matmul_.m = narrow(ops::extent_product(a, 0, a.rank() - 1));
      pairs.push_back({0, 0});
    } else {
      matmul_.m = narrow(ops::from_end(a, 2));
      const std::int64_t matrices = ops::extent_product(y, 0, y.rank() - 2);
      for (std::int64_t m = 0; m < matrices; ++m) {
        pairs.push_back({matrix_of(a, y, m), matrix_of(b, y, m)});
      }
    }
    matmul_.matrices = narrow(static_cast<std::int64_t>(pairs.size()));
    tables = {as_table(pairs)};
    flops = 2.0 * static_cast<double>(y.count()) * static_cast<double>(matmul_.k);
  }

  void enqueue(const RunArgs& args) const override {
    if (matmul_.matrices == 0 || matmul_.m == 0 || matmul_.n == 0) return;
    Matmul arguments = matmul_;
    arguments.a = args.src(0);
    arguments.b = args.src(1);
    arguments.dst = args.dst(0);
    arguments.pairs = args.table<MatrixPair>(0);
    matmul(arguments, args.stream);
  }

 private:
  Matmul matmul_;
};

}  // namespace

std::optional<std::string> refuse_matmul_tiles(const ops::OpSpec& spec) {
  ops::expect_matmul(spec);
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_matmul_tiles(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<MatmulOperator>(spec);
}

}  // namespace fastcnn::cuda
