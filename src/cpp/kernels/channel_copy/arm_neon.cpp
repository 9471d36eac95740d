#include "kernels/channel_copy/generic.h"
#include "simd/vec_neon.h"

namespace fastcnn::kernels {

void channel_copy_f32_nchwc__neon(const ChannelCopy& c) { channel_copy<simd::neon::f32>(c); }

}  // namespace fastcnn::kernels
