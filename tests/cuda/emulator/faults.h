#pragma once

#include <string>

#include "emulator/runtime.h"

namespace emulator {

// What a call of the runtime starts with: the error that it is to return at once, because the
// device is lost, because a test planted one, or because the call is illegal while this thread
// captures.
cudaError_t enter(const char* call, bool illegal_in_capture = false);

// Keeps `error` for cudaGetLastError() of this thread, and gives it back.
cudaError_t failed(cudaError_t error);

// Lets `call` return `error` after `after` more calls succeeded, once. The call "kernel" is the
// running of a launch: its error is the device's from then on, as that of a fault on a GPU is.
void plant_fault(const std::string& call, int after, cudaError_t error);

// The planted error if this call of `call` is to fail.
cudaError_t planted(const char* call);

// Whether a kernel may run: false on a lost device, and where this one is planted to fault.
bool kernel_may_run();

// Forgets planted errors, costs and what was lost, as a new process would.
void heal();

}  // namespace emulator
