#pragma once

#include <string>
#include <vector>

#include "engine/plan_spec.h"

namespace fastcnn::engine {

struct Refusal {
  std::string node;
  std::string why;
};

// The nodes that no implementation takes, found without making a plan. Images count as plain.
std::vector<Refusal> refusals(const PlanSpec& spec);

}  // namespace fastcnn::engine
