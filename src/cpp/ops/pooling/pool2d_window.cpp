#include "ops/pooling/pool2d_window.h"

#include <algorithm>
#include <limits>

#include "cpu/isa.h"
#include "ops/checks.h"

namespace fastcnn::ops {
namespace {

// Reads a list of integers, each in [least, 2^31).
template <std::size_t kCount>
std::array<std::int64_t, kCount> read(const OpSpec& spec, const char* name, std::int64_t least) {
  const std::vector<std::int64_t> values = spec.attributes.get_ints(name, kCount);
  std::array<std::int64_t, kCount> result;
  for (std::size_t i = 0; i < kCount; ++i) {
    require(values[i] >= least && values[i] <= std::numeric_limits<std::int32_t>::max(),
            ErrorKind::kValue, spec.op, ": ", name, " must be ", least, " or more, it holds ",
            values[i]);
    result[i] = values[i];
  }
  return result;
}

}  // namespace

PoolWindow::PoolWindow(const OpSpec& spec, const Shape& image)
    : image_(image),
      kernel_(read<2>(spec, "kernel_size", 1)),
      stride_(read<2>(spec, "strides", 1)),
      dilation_(spec.attributes.has("dilations") ? read<2>(spec, "dilations", 1)
                                                 : std::array<std::int64_t, 2>{1, 1}),
      pad_(read<4>(spec, "pads", 0)),
      block_(static_cast<std::int64_t>(cpu::block())),
      count_include_pad_(spec.attributes.get_int("count_include_pad", 0) != 0) {
  require(image.rank() == 4, ErrorKind::kShape, spec.op, ": x must have rank 4, its shape is ",
          image);
  const bool ceil = spec.attributes.get_int("ceil_mode", 0) != 0;
  std::int64_t pooled[2];
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const char* direction = axis == 0 ? "vertical" : "horizontal";
    const std::int64_t before = pad_[axis];
    const std::int64_t after = pad_[axis + 2];
    const std::int64_t reach = dilation_[axis] * (kernel_[axis] - 1) + 1;
    require(std::max(before, after) < reach, ErrorKind::kValue, spec.op, ": ", direction, " pads ",
            before, " and ", after, " must be under the kernel's reach of ", reach,
            ", else a window holds padding alone");
    const std::int64_t extent = image[axis + 2];
    const std::int64_t room = extent + before + after - reach;
    require(extent > 0 && room >= 0, ErrorKind::kShape, spec.op, ": ", direction, " kernel size ",
            kernel_[axis], " is over the padded extent ", extent + before + after, " of x ", image,
            "; take a smaller window or pad more");
    pooled[axis] = room / stride_[axis] + 1;
    const bool begins_inside = pooled[axis] * stride_[axis] < extent + before;
    if (ceil && room % stride_[axis] != 0 && begins_inside) ++pooled[axis];
  }
  oh_ = pooled[0];
  ow_ = pooled[1];
}

std::int64_t PoolWindow::planes() const { return image_[0] * divide_up(image_[1], block_); }

bool PoolWindow::halves() const {
  constexpr std::array<std::int64_t, 2> kTwo = {2, 2};
  return kernel_ == kTwo && stride_ == kTwo && dilation_ == std::array<std::int64_t, 2>{1, 1} &&
         pad_ == std::array<std::int64_t, 4>{} && oh_ == image_[2] / 2 && ow_ == image_[3] / 2;
}

double PoolWindow::flops() const {
  return static_cast<double>(pooled().count()) * static_cast<double>(kernel_[0] * kernel_[1]);
}

double PoolWindow::plane_bytes() const {
  return static_cast<double>((plane_stride() + pooled_stride()) * sizeof(float));
}

kernels::Pool2d PoolWindow::geometry() const {
  kernels::Pool2d pool = {};
  pool.h = static_cast<std::size_t>(image_[2]);
  pool.w = static_cast<std::size_t>(image_[3]);
  pool.oh = static_cast<std::size_t>(oh_);
  pool.ow = static_cast<std::size_t>(ow_);
  pool.kernel_h = static_cast<std::size_t>(kernel_[0]);
  pool.kernel_w = static_cast<std::size_t>(kernel_[1]);
  pool.stride_h = static_cast<std::size_t>(stride_[0]);
  pool.stride_w = static_cast<std::size_t>(stride_[1]);
  pool.dilation_h = static_cast<std::size_t>(dilation_[0]);
  pool.dilation_w = static_cast<std::size_t>(dilation_[1]);
  pool.padded_h = static_cast<std::size_t>(pad_[0] + image_[2] + pad_[2]);
  pool.padded_w = static_cast<std::size_t>(pad_[1] + image_[3] + pad_[3]);
  pool.pad_top = static_cast<std::size_t>(pad_[0]);
  pool.pad_left = static_cast<std::size_t>(pad_[1]);
  pool.count_include_pad = count_include_pad_;
  pool.last_row = pool.oh;
  return pool;
}

PoolWindow parse_max_pool2d_backward(const OpSpec& spec) {
  expect_float_inputs(spec, 3);
  expect_outputs(spec, 1);
  const PoolWindow window(spec, spec.inputs[1].shape);
  expect_shape(spec, 0, window.pooled());
  expect_shape(spec, 2, window.pooled());
  expect_output(spec, 0, window.image());
  return window;
}

PoolWindow parse_average_pool2d_backward(const OpSpec& spec) {
  expect_float_inputs(spec, 1);
  expect_outputs(spec, 1);
  spec.expect_rank(0, 4);
  const std::vector<std::int64_t> size = spec.attributes.get_ints("input_size", 2);
  const Shape& grad_y = spec.inputs[0].shape;
  const PoolWindow window(spec, {grad_y[0], grad_y[1], size[0], size[1]});
  expect_shape(spec, 0, window.pooled());
  expect_output(spec, 0, window.image());
  return window;
}

}  // namespace fastcnn::ops
