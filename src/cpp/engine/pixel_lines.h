#pragma once

#include <optional>
#include <vector>

#include "engine/chooser.h"
#include "engine/plan_spec.h"

namespace fastcnn::engine {

// For each node of a plan whether it is to give lines of pixels; nothing where the node decides for
// itself.
using OnPixels = std::vector<std::optional<bool>>;

// Generated code reads and gives lines of pixels, all other ways read and give blocks of channels.
// A layer alone rarely gains what the two conversions around it take, a chain of layers does. So
// each way is timed in the layout it wants, each conversion by itself, and of both layouts every
// layer takes the one by which the sum over the network is least, as far as a search by single
// layers and whole chains finds it.
OnPixels choose_pixel_lines(const PlanSpec& spec, Chooser& chooser);

}  // namespace fastcnn::engine
