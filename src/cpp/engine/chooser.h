#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "engine/choice_table.h"
#include "engine/plan_spec.h"
#include "engine/stopwatch.h"
#include "ops/operator.h"

namespace fastcnn::engine {

// Chooses how to run each node of one plan.
//
// Without a table of measurements the first implementation that accepts is taken. With one, where
// several accept a node that works long enough to matter, each is timed once on this machine for
// these shapes (and, where zeros among the weights decide how much is computed, for this much
// work), and the fastest taken; the first stays where it is within 3%. What the table knows is not
// timed again, and nothing is timed once measuring has taken a second and a half in this plan.
class Chooser {
 public:
  explicit Chooser(const PlanSpec& spec);

  ops::Choice choose(const ops::OpSpec& op);

 private:
  // A way to run a node.
  struct Way {
    ops::Candidate candidate;
    std::unique_ptr<ops::Operator> op;
    std::string name;  // in the table
  };

  ops::Choice choose_measured(const ops::OpSpec& op, std::vector<ops::Candidate> candidates);
  std::string key_of(const ops::OpSpec& op) const;
  void measure(const ops::OpSpec& op, const std::vector<Way>& ways, ChoiceTable::Times& times);

  ChoiceTable* table_;
  Stopwatch stopwatch_;
  double spent_ms_ = 0;
};

}  // namespace fastcnn::engine
