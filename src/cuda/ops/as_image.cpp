#include "cuda/ops/as_image.h"

#include <utility>

#include "cuda/ops/moves.h"
#include "ops/stored_shape.h"

namespace fastcnn::cuda {
namespace {

constexpr std::size_t kPlaces = 256;  // bytes between which scratch memory is cut

std::size_t whole_places(std::size_t size_bytes) {
  return (size_bytes + kPlaces - 1) / kPlaces * kPlaces;
}

// A tensor of the node, and the image that it is inside.
struct MovedTensor {
  std::unique_ptr<Operator> run;  // null where it is passed on
  std::size_t scratch = 0;
};

class AsImage final : public Operator {
 public:
  AsImage(const ops::OpSpec& spec, std::unique_ptr<Operator> inner) : inner_(std::move(inner)) {
    kernel = inner_->kernel;
    flops = inner_->flops;
    input_layouts.assign(spec.inputs.size(), Layout::kPlain);
    output_layouts.assign(spec.outputs.size(), Layout::kPlain);
    scratch_bytes = whole_places(inner_->scratch_bytes);
    for (std::size_t i = 0; i < spec.inputs.size(); ++i) {
      inputs_.push_back(moved(spec.inputs[i], Layout::kPlain, inner_->input_layouts[i]));
    }
    for (std::size_t i = 0; i < spec.outputs.size(); ++i) {
      outputs_.push_back(moved(spec.outputs[i], inner_->output_layouts[i], Layout::kPlain));
    }
  }

  static TensorDesc image_of(TensorDesc desc) {
    const Shape& shape = desc.shape;
    if (lacks_nhwc(shape)) {
      desc.shape = {shape[0], shape[1], 1, ops::extent_product(shape, 2, shape.rank())};
    }
    return desc;
  }

  void enqueue(const RunArgs& args) const override {
    std::vector<const void*> inputs(args.inputs, args.inputs + inputs_.size());
    std::vector<void*> outputs(args.outputs, args.outputs + outputs_.size());
    auto* const scratch = static_cast<char*>(args.scratch);
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (inputs_[i].run == nullptr) continue;
      void* to = scratch + inputs_[i].scratch;
      inputs_[i].run->enqueue({&inputs[i], &to, nullptr, nullptr, nullptr, args.stream});
      inputs[i] = to;
    }
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      if (outputs_[i].run != nullptr) outputs[i] = scratch + outputs_[i].scratch;
    }
    RunArgs inside = args;
    inside.inputs = inputs.data();
    inside.outputs = outputs.data();
    inner_->enqueue(inside);
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      if (outputs_[i].run == nullptr) continue;
      const void* from = outputs[i];
      outputs_[i].run->enqueue({&from, &args.outputs[i], nullptr, nullptr, nullptr, args.stream});
    }
  }

 private:
  MovedTensor moved(const TensorDesc& desc, Layout from, Layout to) {
    MovedTensor tensor;
    if (!lacks_nhwc(desc.shape) || from == to) return tensor;
    std::unique_ptr<Operator> run = make_reorder(image_of(desc), from, to);
    if (run->alias) return tensor;
    tensor.run = std::move(run);
    tensor.scratch = scratch_bytes;
    scratch_bytes +=
        whole_places(static_cast<std::size_t>(desc.shape.count()) * size_of(desc.dtype));
    return tensor;
  }

  std::unique_ptr<Operator> inner_;
  std::vector<MovedTensor> inputs_;
  std::vector<MovedTensor> outputs_;
};

}  // namespace

std::unique_ptr<Operator> make_as_image(const ops::OpSpec& spec,
                                        std::unique_ptr<Operator> (*make)(const ops::OpSpec&,
                                                                          const Layouts&)) {
  ops::OpSpec image = spec;
  for (auto* descs : {&image.inputs, &image.outputs}) {
    for (TensorDesc& desc : *descs) desc = AsImage::image_of(desc);
  }
  return std::make_unique<AsImage>(spec, make(image, Layouts(spec.inputs.size(), Layout::kPlain)));
}

}  // namespace fastcnn::cuda
