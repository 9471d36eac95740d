#pragma once

#include <cstdint>

#include "ops/convolution/conv2d_geometry.h"

namespace fastcnn::ops {

// How the work of a direct convolution is cut. Shapes alone decide.

// Images that one task computes: so many of the small ones that tiles of pixels fill up.
std::int64_t images_of_task(const ConvView& view);

// The axes with their edges split, or as they are where computing with zeros in a window takes
// fewer cycles.
ConvAxes cheaper_axes(const ConvView& view, std::int64_t together);

// Rows of one task: what it reads of the channels of one depth stays in the second cache.
std::int64_t rows_of_chunk(const ConvView& view, ImageLayout src, std::int64_t depths);

}  // namespace fastcnn::ops
