#include "kernels/channel_copy/generic.h"
#include "simd/vec_avx512.h"

namespace fastcnn::kernels {

void channel_copy_f32_nchwc__avx512(const ChannelCopy& c) { channel_copy<simd::avx512::f32>(c); }

}  // namespace fastcnn::kernels
