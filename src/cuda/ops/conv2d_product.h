#pragma once

#include <optional>
#include <string>

#include "cuda/ops/conv2d_phases.h"
#include "cuda/ops/operator.h"
#include "ops/activation.h"

// What is a product of an image's pixels with a matrix of weights: convolutions, transposed ones,
// gradients by the image, and fully connected layers, which are convolutions of images of one
// pixel.
namespace fastcnn::cuda {

struct Product {
  ops::ConvView view;
  bool bias, residual;  // inputs that follow image and weights, in this order
  ops::Clamp clamp;
  Layout images;
};

// Of a conv2d, conv2d_backward_data, conv2d_transpose, dense or dense_backward_data. Throws what
// the op's own checks do.
Product product_of(const ops::OpSpec& spec);

// Why no kernel for such products can run the node, or nothing.
std::optional<std::string> refuse_product(const ops::OpSpec& spec);

// What all ways to run one share.
class ProductOperator : public Operator {
 protected:
  explicit ProductOperator(const Product& product);

  // A launch of one phase without pointers.
  static PixelProduct launch_of(const Product& product, const ConvPhase& phase);

  // Points `conv`, the `i`th launch, to this run's memory; the weights are the caller's.
  void point(PixelProduct& conv, const RunArgs& args, std::size_t i) const;

 private:
  bool bias_, residual_;
};

}  // namespace fastcnn::cuda
