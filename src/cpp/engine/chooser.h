#pragma once

#include <cstddef>
#include <memory>
#include <optional>
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

  // With `on_pixels` of the ways that give lines of pixels alone, or of the others.
  ops::Choice choose(const ops::OpSpec& op, std::optional<bool> on_pixels = std::nullopt);

  // Milliseconds of a convolution in the fastest of the ways that give lines of pixels, or of the
  // others, with inputs in the layouts that `op` tells; nothing where there are none or nothing is
  // to be measured.
  std::optional<double> least_ms(const ops::OpSpec& op, bool on_pixels);

  // Milliseconds of a conversion.
  double reorder_ms(const TensorDesc& from, Layout to);

 private:
  // A way to run a node.
  struct Way {
    ops::Candidate candidate;
    std::unique_ptr<ops::Operator> op;
    std::string name;  // in the table
  };

  static std::vector<Way> ways_of(const ops::OpSpec& op, std::vector<ops::Candidate> candidates);
  static std::vector<Way> only(std::vector<Way> ways, bool on_pixels);
  static double most_flops(const std::vector<Way>& ways);
  // `flops` of the way that has most to do.
  ChoiceTable::Times times_of(const ops::OpSpec& op, const std::vector<Way>& ways, double flops);
  ops::Choice choose_measured(const ops::OpSpec& op, std::vector<ops::Candidate> candidates,
                              std::optional<bool> on_pixels);
  std::string key_of(const ops::OpSpec& op) const;
  void measure(const ops::OpSpec& op, const std::vector<Way>& ways, ChoiceTable::Times& times);

  ChoiceTable* table_;
  Stopwatch stopwatch_;
  double spent_ms_ = 0;
};

}  // namespace fastcnn::engine
