#pragma once

#include <string>
#include <vector>

#include "cuda/ops/operator.h"
#include "engine/choice_table.h"

namespace fastcnn::cuda {

struct Chosen {
  const Implementation* implementation;
  std::string why;  // the times, where there are any
};

// Chooses implementations by their times on the current device, which it measures where the table
// does not have them; by their order alone without a table.
class Chooser {
 public:
  explicit Chooser(engine::ChoiceTable* table) : table_(table) {}

  // `given` are the layouts in which the inputs of `op` come. Throws as accepting() does.
  Chosen choose(const ops::OpSpec& op, const Layouts& given);

 private:
  Chosen choose_measured(const ops::OpSpec& op, const Layouts& given,
                         const std::vector<const Implementation*>& candidates);
  const std::string& device();

  engine::ChoiceTable* table_;
  std::string device_;
  double spent_ms_ = 0;
};

}  // namespace fastcnn::cuda
