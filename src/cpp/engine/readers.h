#pragma once

#include <cstddef>
#include <vector>

#include "engine/program.h"

namespace fastcnn::engine {

// Which steps of a program read which tensors.
class Readers {
 public:
  Readers(const PlanSpec& spec, const Program& program);

  // The step that reads the one result of step `s` as its first input, where nothing else reads it;
  // else kNone.
  std::size_t only_reader(std::size_t s) const;

 private:
  const Program& program_;
  std::vector<std::vector<std::size_t>> of_;  // tensor -> steps; kNone: the caller
};

// Puts `run`, which does the work of the steps `chain`, each the only reader of the one before,
// where the last of them stands; of what it reads, all is made before. The others are left without
// an operator. `why` is added to what each of them tells.
void put_together(Program& program, const std::vector<std::size_t>& chain,
                  std::unique_ptr<ops::Operator> run, const std::string& why);

// Removes the steps without an operator.
void drop_empty(Program& program);

}  // namespace fastcnn::engine
