#include "kernels/channel_copy/generic.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {

void channel_copy_f32_nchwc__scalar(const ChannelCopy& c) { channel_copy<simd::scalar::f32>(c); }

}  // namespace fastcnn::kernels
