#include "cuda/engine/trial.h"

#include <algorithm>
#include <utility>

#include "cuda/ops/moves.h"

namespace fastcnn::cuda {
namespace {

constexpr double kRoundMs = 1;
constexpr int kRounds = 3;
constexpr int kMostRuns = 32;  // in a round

std::size_t bytes_of(const TensorDesc& desc) {
  return static_cast<std::size_t>(desc.shape.count()) * size_of(desc.dtype);
}

}  // namespace

Trial::Trial(const ops::OpSpec& op, const Layouts& given, const Implementation& implementation)
    : op_(implementation.make(op, given)) {
  for (std::size_t i = 0; i < op.inputs.size(); ++i) add_input(op, i, given[i]);
  for (const TensorDesc& output : op.outputs) outputs_.push_back(memory(bytes_of(output)));
  for (Packing& packing : op_->packings) {
    void* const packed = memory(packing.size_bytes);
    packed_.push_back(packed);
    move(std::move(packing.run), plain_[packing.input], packed,
         op.constant(packing.input) != nullptr);
  }
  tables_ = upload_tables(*op_);
  scratch_ = memory(op_->scratch_bytes);
  stream_.synchronize();
}

// Zeros, or a copy of what is at `host`.
void* Trial::memory(std::size_t size_bytes, const void* host) {
  buffers_.emplace_back(size_bytes);
  void* const data = buffers_.back().data();
  if (host != nullptr) {
    copy_to_device(data, host, size_bytes);
  } else if (size_bytes != 0) {
    FASTCNN_CUDA_TRY(cudaMemsetAsync(data, 0, size_bytes, stream_.get()));
  }
  return data;
}

std::vector<const void*> Trial::upload_tables(Operator& op) {
  std::vector<const void*> tables;
  for (const std::vector<std::byte>& table : op.tables) {
    tables.push_back(memory(table.size(), table.data()));
  }
  return tables;
}

void Trial::add_input(const ops::OpSpec& op, std::size_t index, Layout given) {
  const TensorDesc& desc = op.inputs[index];
  const void* const constant = op.constant(index);
  const Layout wanted = op_->input_layouts[index];
  if (wanted == Layout::kHost) {
    host_.emplace_back(bytes_of(desc));
    inputs_.push_back(constant != nullptr ? constant : host_.back().data());
    plain_.push_back(nullptr);
    return;
  }
  const void* const plain = memory(bytes_of(desc), constant);
  plain_.push_back(plain);
  if (wanted == Layout::kUnread || wanted == given || same_in_both(desc.shape)) {
    inputs_.push_back(wanted == Layout::kUnread ? nullptr : plain);
    return;
  }
  void* const converted = memory(bytes_of(desc));
  inputs_.push_back(converted);
  move(make_reorder(desc, given, wanted), plain, converted, constant != nullptr);
}

// What is made of constants is made once, here.
void Trial::move(std::unique_ptr<Operator> run, const void* from, void* to, bool constant) {
  Move made{std::move(run), {}, from, to};
  made.tables = upload_tables(*made.run);
  if (constant) {
    this->run(made);
  } else {
    moves_.push_back(std::move(made));
  }
}

void Trial::run(const Move& move) const {
  if (move.run->alias) return;
  move.run->enqueue({&move.from, &move.to, move.tables.data(), nullptr, nullptr, stream_.get()});
}

void Trial::run() const {
  for (const Move& move : moves_) run(move);
  op_->enqueue(
      {inputs_.data(), outputs_.data(), tables_.data(), packed_.data(), scratch_, stream_.get()});
}

double Trial::round(int runs) {
  const Event start(true);
  const Event end(true);
  start.record(stream_.get());
  for (int i = 0; i < runs; ++i) run();
  end.record(stream_.get());
  end.synchronize();
  const double milliseconds = end.since(start);
  spent_ms_ += milliseconds;
  return milliseconds / runs;
}

double Trial::milliseconds() {
  if (op_->alias) return 0;
  round(1);  // loads the kernels
  double least = round(1);
  if (least > kRoundMs) return least;
  const int runs = std::clamp(static_cast<int>(kRoundMs / std::max(least, 1e-6)), 1, kMostRuns);
  for (int i = 0; i < kRounds; ++i) least = std::min(least, round(runs));
  return least;
}

}  // namespace fastcnn::cuda
