#pragma once

// The one header that takes the place of <cuda_runtime.h> where g++ compiles a kernel.

#include "emulator/arithmetic.h"
#include "emulator/launch.h"
#include "emulator/runtime.h"
#include "emulator/tensor_core.h"
#include "emulator/vocabulary.h"
#include "emulator/warp.h"
