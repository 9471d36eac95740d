#pragma once

#include <cstdint>
#include <vector>

#include "jit/assembler.h"
#include "kernels/conv2d_sparse/generated.h"

namespace fastcnn::kernels {

// Rows whose sums registers hold beside the lines that are multiplied.
std::int64_t rows_in_registers(const GeneratedConv& conv);

// What one vector reads of a channel: lines, counted from line 0 of that vector.
std::vector<std::int64_t> lines_read(const GeneratedConv& conv);

// Writes the function of a part, and its weights in the order in which it reads them.
void write_part(const GeneratedConv& conv, const GeneratedCode::Part& part, const float* weights,
                jit::Assembler& code, std::vector<float>& stream);

}  // namespace fastcnn::kernels
