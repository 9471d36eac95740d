"""The ops that have no exporter, each with the reason."""

from __future__ import annotations

_TRAINING = "it stands in training graphs alone; save the model, not its step"
_MEASURE = "it measures a model against labels; save the model alone"

WITHOUT: dict[str, str] = {
    **dict.fromkeys(
        (
            "adadelta_update",
            "adagrad_update",
            "adam_direction",
            "adam_update",
            "adamax_update",
            "lion_update",
            "nadam_update",
            "radam_update",
            "rmsprop_update",
            "sgd_update",
            "average_pool2d_backward",
            "batch_norm_backward",
            "clip_backward",
            "conv2d_backward_data",
            "conv2d_backward_weights",
            "dense_backward_data",
            "dense_backward_weights",
            "global_average_pool2d_backward",
            "global_max_pool2d_backward",
            "leaky_relu_backward",
            "log_softmax_backward",
            "max_pool2d_backward",
            "reduce_mean_backward",
            "relu_backward",
            "sigmoid_backward",
            "slice_backward",
            "softmax_backward",
            "tanh_backward",
            "batch_norm_train",
            "channel_sum",
            "dropout_train",
            "moving_average",
            "penalty",
        ),
        _TRAINING,
    ),
    **dict.fromkeys(
        (
            "binary_correct",
            "top_k_correct",
            *(
                f"{loss}{suffix}"
                for loss in (
                    "binary_cross_entropy",
                    "cross_entropy",
                    "softmax_cross_entropy",
                    "sparse_cross_entropy",
                    "sparse_softmax_cross_entropy",
                    "squared_error",
                )
                for suffix in ("", "_backward")
            ),
        ),
        _MEASURE,
    ),
}
"""Reason by name of the op."""
