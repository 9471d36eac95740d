#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "emulator/config.h"
#include "emulator/device_memory.h"
#include "emulator/faults.h"
#include "emulator/stream.h"
#include "emulator/vocabulary.h"

namespace emulator {

// One launch as the driver would be told of it, and all device memory before and after.
struct Launch {
  std::string kernel;  // its symbol, which is the entry's name in PTX too
  dim3 grid;
  dim3 block;
  std::size_t shared_bytes = 0;
  std::vector<std::uint8_t> parameters;
  std::vector<Snapshot> before;
  std::vector<Snapshot> after;
};

// The launches since the last take_recorded(), while config().record is set.
std::vector<Launch> take_recorded();

void launch(const void* function, dim3 grid, dim3 block, std::size_t shared_bytes,
            const void* parameters, std::size_t parameter_bytes, const std::function<void()>& body);

// kernel<<<grid, block, shared_bytes>>>(parameters). Throws what the kernel is caught at.
template <typename Parameters>
void launch(void (*kernel)(Parameters), dim3 grid, dim3 block, std::size_t shared_bytes,
            const Parameters& parameters) {
  launch(reinterpret_cast<const void*>(kernel), grid, block, shared_bytes, &parameters,
         sizeof parameters, [&] { kernel(parameters); });
}

// The same in a stream: refused at once on a lost device, else carried out when its turn comes.
template <typename Parameters>
cudaError_t launch_in(cudaStream_t stream, void (*kernel)(Parameters), dim3 grid, dim3 block,
                      std::size_t shared_bytes, const Parameters& parameters) {
  if (const cudaError_t error = enter("launch")) return error;
  return enqueue(stream, [=] {
    if (kernel_may_run()) launch(kernel, grid, block, shared_bytes, parameters);
  });
}

// Memory of the running block for the declaration at `key`.
void* shared_array(const void* key, const char* name, std::size_t bytes);
void* dynamic_shared();

// cp.async: 16, 8 or 4 bytes; what lies past `src_bytes` becomes zero.
void async_copy(void* dst, const void* src, int bytes, int src_bytes);
void async_commit();
void async_wait(int allowed_groups);

void count_atomic();
void count_mma(std::uint64_t flops);
[[noreturn]] void fail(const std::string& message);

}  // namespace emulator
