#include "engine/pixel_lines.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "engine/program.h"

namespace fastcnn::engine {
namespace {

constexpr char kGenerated[] = "conv2d_generated";
constexpr std::size_t kResidual = 3;
constexpr double kGain = 1e-9;  // what a change has to gain: no cycles on equal sums

class Search {
 public:
  Search(const PlanSpec& spec, Chooser& chooser)
      : spec_(spec),
        chooser_(chooser),
        producer_(spec.values.size(), kNone),
        plain_(spec.values.size(), false),
        readers_(spec.values.size()),
        free_(spec.nodes.size(), false),
        pixels_ms_(spec.nodes.size(), 0),
        others_ms_(spec.nodes.size(), 0),
        on_pixels_(spec.nodes.size(), false) {
    for (std::size_t n = 0; n < spec.nodes.size(); ++n) {
      for (const std::size_t v : spec.nodes[n].outputs) producer_[v] = n;
      for (const std::size_t v : spec.nodes[n].inputs) readers_[v].push_back(n);
    }
    for (std::size_t v = 0; v < spec.values.size(); ++v) plain_[v] = born_plain(v);
    for (std::size_t n = 0; n < spec.nodes.size(); ++n) free_[n] = time(n);
  }

  OnPixels run() {
    OnPixels result(spec_.nodes.size());
    if (std::find(free_.begin(), free_.end(), true) == free_.end()) return result;
    improve();
    const std::vector<bool> without = on_pixels_;
    const double sum = total();
    for (std::size_t n = 0; n < free_.size(); ++n) {
      on_pixels_[n] = free_[n] && pixels_ms_[n] < others_ms_[n];
    }
    improve();
    if (sum <= total()) on_pixels_ = without;
    for (std::size_t n = 0; n < free_.size(); ++n) {
      if (free_[n]) result[n] = on_pixels_[n];
    }
    return result;
  }

 private:
  // Times a convolution both ways; whether there are two.
  bool time(std::size_t n) {
    const NodeSpec& node = spec_.nodes[n];
    if (node.op != "conv2d") return false;
    const ops::OpSpec as_born = op_of(node, std::nullopt);
    const auto accepted = ops::candidates(as_born);
    const auto generated = std::find_if(accepted.begin(), accepted.end(), [](const auto& way) {
      return std::string(way.implementation->name) == kGenerated;
    });
    if (generated == accepted.end() || accepted.size() < 2) return false;
    const auto pixels = chooser_.least_ms(op_of(node, Layout::kPixels), true);
    const auto others = chooser_.least_ms(as_born, false);
    pixels_ms_[n] = pixels.value_or(0);
    others_ms_[n] = others.value_or(0);
    return pixels && others;
  }

  // What the caller gives is plain, and so is an image of few channels that a transposition makes
  // of it. All else is taken for blocked.
  bool born_plain(std::size_t value) const {
    const std::size_t n = producer_[value];
    if (n == kNone) return spec_.values[value].role != Role::kComputed;
    if (spec_.nodes[n].op != "transpose" || spec_.values[value].desc.shape.rank() != 4)
      return false;
    const ops::OpSpec op = op_of(spec_.nodes[n], std::nullopt);
    return ops::choose(op).op->output_layouts[0] == Layout::kPlain;
  }

  // With the image and the residual in `layout`, or in those that they are born in where no
  // convolution gives lines of pixels.
  ops::OpSpec op_of(const NodeSpec& node, std::optional<Layout> layout) const {
    ops::OpSpec op{node.op, node.attributes, {}, {}, spec_.options, {}};
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const std::size_t v = node.inputs[i];
      const ValueSpec& value = spec_.values[v];
      op.inputs.push_back(value.desc);
      if (i == 0 || i == kResidual) op.inputs.back().layout = layout.value_or(born_in(v));
      op.constants.push_back(value.role == Role::kConstant ? value.data.get() : nullptr);
    }
    for (const std::size_t v : node.outputs) op.outputs.push_back(spec_.values[v].desc);
    return op;
  }

  Layout born_in(std::size_t value) const {
    return plain_[value] ? Layout::kPlain : Layout::kBlocked;
  }

  bool born_as_pixels(std::size_t value) const {
    return producer_[value] != kNone && on_pixels_[producer_[value]];
  }

  // Milliseconds of the conversion of a value, where a reader wants the other layout. What turns a
  // plain image into a blocked one is part of the time of who reads that.
  double conversion(std::size_t value) {
    const bool born = born_as_pixels(value);
    bool wanted = born && std::count(spec_.outputs.begin(), spec_.outputs.end(), value) != 0;
    for (const std::size_t reader : readers_[value]) wanted |= on_pixels_[reader] != born;
    if (!wanted) return 0;
    const auto found = reorders_.find({value, born});
    if (found != reorders_.end()) return found->second;
    TensorDesc desc = spec_.values[value].desc;
    desc.layout = born ? Layout::kPixels : born_in(value);
    const double ms = chooser_.reorder_ms(desc, born ? Layout::kBlocked : Layout::kPixels);
    return reorders_[{value, born}] = ms;
  }

  void add_values(std::size_t n, std::set<std::size_t>& values) const {
    const NodeSpec& node = spec_.nodes[n];
    for (const std::size_t i : {std::size_t{0}, kResidual}) {
      if (i < node.inputs.size()) values.insert(node.inputs[i]);
    }
    values.insert(node.outputs[0]);
  }

  // The sum over some nodes and the values around them.
  double sum(const std::vector<std::size_t>& nodes) {
    std::set<std::size_t> values;
    double ms = 0;
    for (const std::size_t n : nodes) {
      ms += on_pixels_[n] ? pixels_ms_[n] : others_ms_[n];
      add_values(n, values);
    }
    for (const std::size_t v : values) ms += conversion(v);
    return ms;
  }

  std::vector<std::size_t> all_free() const {
    std::vector<std::size_t> nodes;
    for (std::size_t n = 0; n < free_.size(); ++n) {
      if (free_[n]) nodes.push_back(n);
    }
    return nodes;
  }

  double total() { return sum(all_free()); }

  bool flip(const std::vector<std::size_t>& nodes) {
    const double before = sum(nodes);
    for (const std::size_t n : nodes) on_pixels_[n] = !on_pixels_[n];
    if (sum(nodes) < before - kGain) return true;
    for (const std::size_t n : nodes) on_pixels_[n] = !on_pixels_[n];
    return false;
  }

  // The layers on lines of pixels that pass them to each other, from one of them.
  std::vector<std::size_t> chain_of(std::size_t first) const {
    std::set<std::size_t> found{first};
    std::vector<std::size_t> chain{first};
    for (std::size_t at = 0; at < chain.size(); ++at) {
      std::set<std::size_t> values;
      add_values(chain[at], values);
      for (const std::size_t v : values) {
        std::vector<std::size_t> near = readers_[v];
        if (producer_[v] != kNone) near.push_back(producer_[v]);
        for (const std::size_t n : near) {
          if (on_pixels_[n] && found.insert(n).second) chain.push_back(n);
        }
      }
    }
    return chain;
  }

  void improve() {
    for (bool changed = true; changed;) {
      changed = false;
      for (const std::size_t n : all_free()) {
        changed |= flip({n});
        if (on_pixels_[n]) changed |= flip(chain_of(n));
      }
    }
  }

  const PlanSpec& spec_;
  Chooser& chooser_;
  std::vector<std::size_t> producer_;              // of each value: its node
  std::vector<bool> plain_;                        // of each value: whether it is born plain
  std::vector<std::vector<std::size_t>> readers_;  // of each value: nodes
  std::vector<bool> free_;                         // of each node: whether it can do either
  std::vector<double> pixels_ms_, others_ms_;
  std::vector<bool> on_pixels_;
  std::map<std::pair<std::size_t, bool>, double> reorders_;
};

}  // namespace

OnPixels choose_pixel_lines(const PlanSpec& spec, Chooser& chooser) {
  return Search(spec, chooser).run();
}

}  // namespace fastcnn::engine
