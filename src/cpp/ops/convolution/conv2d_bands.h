#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "ops/convolution/conv2d_band.h"
#include "ops/operator.h"

namespace fastcnn::ops {

// Whether `next`, which alone reads what `conv` writes, may be run together with it, band by band.
bool band_may_follow(const Operator& conv, const Operator& next);

// Whether rows of what `conv` writes share rows of what it reads.
bool spans_rows(const Operator& conv);

// Convolutions of which each reads what the one before wrote, run together: some rows of the last
// are finished before the next rows of the first are begun, so that what passes between them never
// leaves the caches of a core. Rows between two bands that a window spans are computed for both.
//
// All inputs of `convs` but what passes between them are inputs, one convolution after the other,
// and so are the packed weights. Each number is computed as by the convolutions apart. Null where
// the image has too few rows for `threads` threads.
std::unique_ptr<Operator> make_conv2d_bands(const std::vector<const Operator*>& convs,
                                            std::size_t threads);

}  // namespace fastcnn::ops
