#include "cuda/base/runtime.h"

#include <string>

namespace fastcnn::cuda {

void throw_error(const char* call, const char* message, bool out_of_memory) {
  const std::string name(call, std::string(call).find('('));
  if (out_of_memory) {
    throw Error(ErrorKind::kMemory, join("cuda: ", name, ": ", message,
                                         "; take a smaller batch or free device memory"));
  }
  throw Error(ErrorKind::kInternal, join("cuda: ", name, ": ", message));
}

}  // namespace fastcnn::cuda
