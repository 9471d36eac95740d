#pragma once

#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"

namespace fastcnn {

// The attributes of one node, by name. A wrong type or a missing required one throws.
class Attributes {
 public:
  using Value = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>,
                             std::vector<double>>;

  Attributes() = default;
  explicit Attributes(std::map<std::string, Value> values) : values_(std::move(values)) {}

  bool has(const std::string& name) const { return values_.count(name) != 0; }

  std::int64_t get_int(const std::string& name) const { return get<std::int64_t>(name); }
  std::int64_t get_int(const std::string& name, std::int64_t otherwise) const {
    return has(name) ? get_int(name) : otherwise;
  }
  double get_float(const std::string& name) const {
    const Value& value = find(name);
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      return static_cast<double>(*integer);
    }
    return get<double>(name);
  }
  double get_float(const std::string& name, double otherwise) const {
    return has(name) ? get_float(name) : otherwise;
  }
  std::string get_string(const std::string& name, const std::string& otherwise) const {
    return has(name) ? get<std::string>(name) : otherwise;
  }
  // Exactly `count` integers.
  std::vector<std::int64_t> get_ints(const std::string& name, std::size_t count) const {
    std::vector<std::int64_t> values = get<std::vector<std::int64_t>>(name);
    require(values.size() == count, ErrorKind::kValue, "attribute '", name, "' has ", values.size(),
            " values, not ", count);
    return values;
  }
  std::vector<std::int64_t> get_ints(const std::string& name) const {
    return get<std::vector<std::int64_t>>(name);
  }
  std::vector<double> get_floats(const std::string& name) const {
    if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&find(name))) {
      return {integers->begin(), integers->end()};
    }
    return get<std::vector<double>>(name);
  }

  // "name=value" of each, in the order of the names; a list in brackets.
  friend std::ostream& operator<<(std::ostream& out, const Attributes& attributes) {
    const char* gap = "";
    for (const auto& [name, value] : attributes.values_) {
      out << gap << name << '=';
      std::visit([&](const auto& of_type) { print(out, of_type); }, value);
      gap = " ";
    }
    return out;
  }

 private:
  template <typename T>
  static void print(std::ostream& out, const T& value) {
    out << value;
  }
  template <typename T>
  static void print(std::ostream& out, const std::vector<T>& list) {
    const char* gap = "[";
    for (const T& value : list) {
      out << gap << value;
      gap = ",";
    }
    out << ']';
  }

  const Value& find(const std::string& name) const {
    const auto found = values_.find(name);
    require(found != values_.end(), ErrorKind::kValue, "attribute '", name, "' is missing");
    return found->second;
  }

  template <typename T>
  const T& get(const std::string& name) const {
    const T* value = std::get_if<T>(&find(name));
    require(value != nullptr, ErrorKind::kType, "attribute '", name, "' is of another type");
    return *value;
  }

  std::map<std::string, Value> values_;
};

}  // namespace fastcnn
