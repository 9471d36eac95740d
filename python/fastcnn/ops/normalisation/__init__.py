"""Normalisation, over batches, images and neighbouring channels."""

from fastcnn.ops.normalisation import batch_norm as _batch_norm  # noqa: F401
from fastcnn.ops.normalisation import batch_norm_train as _batch_norm_train  # noqa: F401
from fastcnn.ops.normalisation import channel_sum as _channel_sum  # noqa: F401
from fastcnn.ops.normalisation import moving_average as _moving_average  # noqa: F401
from fastcnn.ops.normalisation import own_statistics as _own_statistics  # noqa: F401
