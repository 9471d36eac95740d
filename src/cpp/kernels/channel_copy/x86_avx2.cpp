#include "kernels/channel_copy/generic.h"
#include "simd/vec_avx2.h"

namespace fastcnn::kernels {

void channel_copy_f32_nchwc__avx2(const ChannelCopy& c) { channel_copy<simd::avx2::f32>(c); }

}  // namespace fastcnn::kernels
