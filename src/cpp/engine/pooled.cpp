#include "ops/pooled.h"

#include <memory>
#include <utility>
#include <vector>

#include "engine/readers.h"

namespace fastcnn::engine {

void join_pooling(const PlanSpec& spec, Program& program) {
  const Readers readers(spec, program);
  for (std::size_t s = 0; s < program.steps.size(); ++s) {
    const std::size_t next = readers.only_reader(s);
    if (next == kNone) continue;
    std::unique_ptr<ops::Operator> both =
        ops::make_pooled(*program.steps[s].run, *program.steps[next].run);
    if (both == nullptr) continue;
    put_together(program, {s, next}, std::move(both), "convolution and pooling in one pass");
  }
  drop_empty(program);
}

}  // namespace fastcnn::engine
