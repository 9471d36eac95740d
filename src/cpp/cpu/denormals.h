#pragma once

namespace fastcnn::cpu {

// While it lives, this thread reads and writes denormal numbers as zero: a tiny activation must
// not slow a kernel down a hundredfold, nor change a result with the thread it falls to.
class FlushDenormals {
 public:
  FlushDenormals();
  ~FlushDenormals();
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  unsigned long long saved_;
};

// While it lives, this thread computes with denormal numbers as IEEE 754 says: for code that is not
// ours, inside of a FlushDenormals.
class KeepDenormals {
 public:
  KeepDenormals();
  ~KeepDenormals();
  KeepDenormals(const KeepDenormals&) = delete;
  KeepDenormals& operator=(const KeepDenormals&) = delete;

 private:
  unsigned long long saved_;
};

}  // namespace fastcnn::cpu
