#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace fastcnn {

enum class ErrorKind { kShape, kType, kValue, kUnsupported, kMemory, kInternal };

// What every checked function throws. The message opens with the operation and names the value,
// the limit and, where there is one, the remedy: "conv2d: weights take 8 input channels, src has
// 3".
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}

  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

// Joins its arguments with operator<<.
template <typename... Parts>
std::string join(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  return text.str();
}

template <typename... Parts>
void require(bool condition, ErrorKind kind, const Parts&... parts) {
  if (!condition) throw Error(kind, join(parts...));
}

}  // namespace fastcnn
