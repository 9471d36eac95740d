"""Graphs of one node, to time one operation alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from fastcnn.bench.shapes import Shape
from fastcnn.errors import InvalidValueError, UnsupportedError
from fastcnn.graph import Graph, Type, Value
from fastcnn.ops import Builder, get

Extents: TypeAlias = Mapping[str, int]
Attributes: TypeAlias = dict[str, Any]
Make: TypeAlias = Callable[[Builder, Extents], "tuple[Value, ...]"]


def build(shape: Shape) -> Graph:
    """The graph of one node that runs `shape`. Weights are constants, everything else is an input.

    Raises:
        UnsupportedError: No case is written for the op.
        InvalidValueError: An extent is missing.
        ShapeError: The extents do not fit together.
    """
    make = _CASES.get(shape.op)
    if make is None:
        raise UnsupportedError(f"bench: no case for '{shape.op}'; known: {', '.join(_CASES)}")
    g = Builder()
    try:
        return g.build(make(g, shape.extents))
    except KeyError as error:
        raise InvalidValueError(f"bench: '{shape}' lacks {error}") from None


def _image(g: Builder, e: Extents, name: str = "x") -> Value:
    """An input [n, c, h, w], or [n, c] where h is not given, or a matrix [k, m]."""
    if "c" not in e:
        return g.input(name, (e["k"], e["m"]))
    return g.input(name, (e["n"], e["c"], e["h"], e["w"]) if "h" in e else (e["n"], e["c"]))


def _weights(g: Builder, name: str, *shape: int) -> Value:
    values = np.random.default_rng(0).standard_normal(shape, np.float32)
    return g.constant(name, values / np.float32(np.sqrt(max(1, values[0].size))))


def _pair(e: Extents, name: str, default: int | None = None) -> tuple[int, int]:
    """An extent by height and width: `k`, or `kh` and `kw`."""
    if f"{name}h" in e:
        return e[f"{name}h"], e[f"{name}w"]
    both = e[name] if default is None else e.get(name, default)
    return both, both


def _window(e: Extents) -> Attributes:
    pads = tuple(e.get(side, e.get("p", 0)) for side in ("pt", "pl", "pb", "pr"))
    return {"strides": _pair(e, "s", 1), "pads": pads}


def _conv_attrs(e: Extents) -> Attributes:
    return _window(e) | {"dilations": _pair(e, "d", 1), "groups": e.get("groups", 1)}


def _conv_weights(g: Builder, e: Extents) -> Value:
    return _pruned_weights(g, e, e["oc"], e["c"] // e.get("groups", 1), *_pair(e, "k"))


def _pruned_weights(g: Builder, e: Extents, *shape: int) -> Value:
    """Weights of which `zeros` in a hundred are zero."""
    if "zeros" not in e:
        return _weights(g, "w", *shape)
    rng = np.random.default_rng(0)
    kept = rng.random(shape) >= e["zeros"] / 100
    return g.constant("w", np.where(kept, rng.standard_normal(shape), 0).astype(np.float32))


def _conv_output(g: Builder, e: Extents) -> Value:
    type_ = get("conv2d").infer(
        Type((e["n"], e["c"], e["h"], e["w"])),
        Type((e["oc"], e["c"] // e.get("groups", 1), *_pair(e, "k"))),
        Type((e["oc"],)),
        activation="linear",
        **_conv_attrs(e),
    )
    assert isinstance(type_, Type)
    return g.input("grad_y", type_.shape)


def _conv2d(g: Builder, e: Extents) -> tuple[Value, ...]:
    bias = _weights(g, "b", e["oc"])
    return g.apply_all(
        "conv2d",
        _image(g, e),
        _conv_weights(g, e),
        bias,
        activation="relu",
        **_conv_attrs(e),
    )


def _conv2d_backward_data(g: Builder, e: Extents) -> tuple[Value, ...]:
    return g.apply_all(
        "conv2d_backward_data",
        _conv_output(g, e),
        _conv_weights(g, e),
        input_size=(e["h"], e["w"]),
        **_conv_attrs(e),
    )


def _conv2d_backward_weights(g: Builder, e: Extents) -> tuple[Value, ...]:
    return g.apply_all(
        "conv2d_backward_weights",
        _conv_output(g, e),
        _image(g, e),
        kernel_size=_pair(e, "k"),
        **_conv_attrs(e),
    )


def _dense(g: Builder, e: Extents) -> tuple[Value, ...]:
    x, w = g.input("x", (e["n"], e["k"])), _pruned_weights(g, e, e["k"], e["m"])
    return g.apply_all("dense", x, w, _weights(g, "b", e["m"]), activation="relu")


def _dense_backward_data(g: Builder, e: Extents) -> tuple[Value, ...]:
    grad_y = g.input("grad_y", (e["n"], e["m"]))
    return g.apply_all("dense_backward_data", grad_y, _weights(g, "w", e["k"], e["m"]))


def _dense_backward_weights(g: Builder, e: Extents) -> tuple[Value, ...]:
    x, grad_y = g.input("x", (e["n"], e["k"])), g.input("grad_y", (e["n"], e["m"]))
    return g.apply_all("dense_backward_weights", x, grad_y)


def _pool_attrs(op: str, e: Extents) -> Attributes:
    counts: Attributes = {"count_include_pad": 0} if "average" in op else {}
    return _window(e) | {"kernel_size": _pair(e, "k")} | counts


def _pool(op: str) -> Make:
    return lambda g, e: g.apply_all(op, _image(g, e), **_pool_attrs(op, e))


def _pool_backward(op: str, *, local: bool) -> Make:
    """`op`_backward; `local` for pooling by windows."""

    def make(g: Builder, e: Extents) -> tuple[Value, ...]:
        attrs = _pool_attrs(op, e) if local else {}
        pooled = get(op).infer(Type((e["n"], e["c"], e["h"], e["w"])), **attrs)
        assert isinstance(pooled, Type)
        grad_y = g.input("grad_y", pooled.shape)
        if "max" in op:
            y = g.input("y", pooled.shape)
            return g.apply_all(f"{op}_backward", grad_y, _image(g, e), y, **attrs)
        return g.apply_all(f"{op}_backward", grad_y, input_size=(e["h"], e["w"]), **attrs)

    return make


def _map(op: str, *names: str, **attrs: Any) -> Make:
    """An op on inputs that all have the shape of x."""
    return lambda g, e: g.apply_all(op, *(_image(g, e, name) for name in names), **attrs)


def _batch_norm(g: Builder, e: Extents) -> tuple[Value, ...]:
    x = _image(g, e)
    statistics = [
        g.constant(name, np.ones(e["c"], np.float32))
        for name in ("gamma", "beta", "mean", "variance")
    ]
    return g.apply_all("batch_norm", x, *statistics, epsilon=1e-3, momentum=0.99)


def _batch_norm_train(g: Builder, e: Extents) -> tuple[Value, ...]:
    gamma, beta = (g.input(name, (e["c"],)) for name in ("gamma", "beta"))
    return g.apply_all("batch_norm_train", _image(g, e), gamma, beta, epsilon=1e-3)


def _batch_norm_backward(g: Builder, e: Extents) -> tuple[Value, ...]:
    grad_y, x = _image(g, e, "grad_y"), _image(g, e)
    rest = (g.input(name, (e["c"],)) for name in ("gamma", "mean", "inv_std"))
    return g.apply_all("batch_norm_backward", grad_y, x, *rest)


def _instance_norm(g: Builder, e: Extents) -> tuple[Value, ...]:
    gamma, beta = (g.constant(name, np.ones(e["c"], np.float32)) for name in ("gamma", "beta"))
    return g.apply_all("instance_norm", _image(g, e), gamma, beta, epsilon=1e-5)


def _cross_entropy(g: Builder, e: Extents) -> tuple[Value, ...]:
    x, labels = _image(g, e), g.input("labels", (e["n"],), "int32")
    return g.apply_all("sparse_softmax_cross_entropy", x, labels)


def _cross_entropy_backward(g: Builder, e: Extents) -> tuple[Value, ...]:
    grad, x = g.input("grad", (e["n"],)), _image(g, e)
    labels = g.input("labels", (e["n"],), "int32")
    return g.apply_all("sparse_softmax_cross_entropy_backward", grad, x, labels)


def _loss(op: str, **attrs: Any) -> Make:
    """A loss of scores and targets of one shape."""
    return lambda g, e: g.apply_all(op, _image(g, e), _image(g, e, "targets"), **attrs)


def _loss_backward(op: str, **attrs: Any) -> Make:
    def make(g: Builder, e: Extents) -> tuple[Value, ...]:
        grad = g.input("grad", (e["n"],))
        return g.apply_all(op, grad, _image(g, e), _image(g, e, "targets"), **attrs)

    return make


def _dropout_train(g: Builder, e: Extents) -> tuple[Value, ...]:
    return g.apply_all(
        "dropout_train", _image(g, e), g.input("step", (), "int32"), rate=0.5, seed=1
    )


def _update(op: str, *states: str, step: bool = False, **attrs: Any) -> Make:
    """An optimiser's update of one kernel."""

    def make(g: Builder, e: Extents) -> tuple[Value, ...]:
        values = [_image(g, e, name) for name in ("w", "g", *states)]
        values.append(g.input("lr", ()))
        if step:
            values.append(g.input("step", (), "int32"))
        own = attrs | {name: e[name] for name in ("nesterov",) if name in e}
        return g.apply_all(op, *values, l1=0.0, l2=0.0, hold_zeros=0, **own)

    return make


_ADAM = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7}

_FUNCTIONS: dict[str, Attributes] = {
    **{key: {} for key in ("abs", "negative", "sign", "floor", "ceil", "round", "reciprocal")},
    **{key: {} for key in ("exp", "log", "sqrt", "erf", "softplus", "softsign", "mish")},
    "hard_swish": {},
    "elu": {"alpha": 1.0},
    "gelu": {"approximate": "none"},
    "swish": {"beta": 1.0},
    "hard_sigmoid": {"alpha": 0.2, "beta": 0.5},
}

_CASES: dict[str, Make] = {
    "conv2d": _conv2d,
    "conv2d_backward_data": _conv2d_backward_data,
    "conv2d_backward_weights": _conv2d_backward_weights,
    "dense": _dense,
    "dense_backward_data": _dense_backward_data,
    "dense_backward_weights": _dense_backward_weights,
    "max_pool2d": _pool("max_pool2d"),
    "max_pool2d_backward": _pool_backward("max_pool2d", local=True),
    "average_pool2d": _pool("average_pool2d"),
    "average_pool2d_backward": _pool_backward("average_pool2d", local=True),
    "global_average_pool2d": _map("global_average_pool2d", "x"),
    "global_average_pool2d_backward": _pool_backward("global_average_pool2d", local=False),
    "global_max_pool2d": _map("global_max_pool2d", "x"),
    "global_max_pool2d_backward": _pool_backward("global_max_pool2d", local=False),
    **{op: _map(op, "x", **attrs) for op, attrs in _FUNCTIONS.items()},
    **{op: _map(op, "a", "b") for op in ("subtract", "divide", "minimum", "maximum", "power")},
    **{op: _map(op, "x", axes=(2, 3), keepdims=1) for op in ("reduce_max", "reduce_l2")},
    "instance_norm": _instance_norm,
    "local_response_norm": _map(
        "local_response_norm", "x", size=5, alpha=1e-4, beta=0.75, bias=1.0
    ),
    "resize": _map(
        "resize",
        "x",
        scales=(1.0, 1.0, 2.0, 2.0),
        mode="linear",
        coordinates="half_pixel",
    ),
    "relu": _map("relu", "x"),
    "relu_backward": _map("relu_backward", "grad_y", "y"),
    "leaky_relu": _map("leaky_relu", "x", alpha=0.3),
    "leaky_relu_backward": _map("leaky_relu_backward", "grad_y", "x", alpha=0.3),
    "clip": _map("clip", "x", low=0.0, high=6.0),
    "clip_backward": _map("clip_backward", "grad_y", "x", low=0.0, high=6.0),
    "sigmoid": _map("sigmoid", "x"),
    "sigmoid_backward": _map("sigmoid_backward", "grad_y", "y"),
    "tanh": _map("tanh", "x"),
    "tanh_backward": _map("tanh_backward", "grad_y", "y"),
    "add": _map("add", "a", "b", activation="relu"),
    "multiply": _map("multiply", "a", "b"),
    "scale": _map("scale", "x", factor=0.5),
    "moving_average": _map("moving_average", "old", "new", momentum=0.99),
    "dropout_train": _dropout_train,
    "channel_sum": _map("channel_sum", "x"),
    "transpose": _map("transpose", "x", perm=(0, 2, 3, 1)),
    "reduce_mean": _map("reduce_mean", "x"),
    "penalty": _map("penalty", "w", l1=0.0, l2=1e-4),
    "batch_norm": _batch_norm,
    "batch_norm_train": _batch_norm_train,
    "batch_norm_backward": _batch_norm_backward,
    "softmax": _map("softmax", "x"),
    "softmax_backward": _map("softmax_backward", "grad_y", "y"),
    "log_softmax": _map("log_softmax", "x"),
    "log_softmax_backward": _map("log_softmax_backward", "grad_y", "y"),
    "sparse_softmax_cross_entropy": _cross_entropy,
    "sparse_softmax_cross_entropy_backward": _cross_entropy_backward,
    "softmax_cross_entropy": _loss("softmax_cross_entropy"),
    "softmax_cross_entropy_backward": _loss_backward("softmax_cross_entropy_backward"),
    "cross_entropy": _loss("cross_entropy", epsilon=1e-7),
    "cross_entropy_backward": _loss_backward("cross_entropy_backward", epsilon=1e-7),
    "binary_cross_entropy": _loss("binary_cross_entropy", epsilon=1e-7),
    "binary_cross_entropy_backward": _loss_backward("binary_cross_entropy_backward", epsilon=1e-7),
    "squared_error": _loss("squared_error", factor=0.5),
    "squared_error_backward": _loss_backward("squared_error_backward", factor=0.5),
    "sgd_update": _update("sgd_update", "velocity", momentum=0.9, nesterov=0),
    "adagrad_update": _update("adagrad_update", "accumulator", epsilon=1e-7),
    "rmsprop_update": _update(
        "rmsprop_update", "mean_square", "velocity", rho=0.9, momentum=0.0, epsilon=1e-7
    ),
    "adadelta_update": _update(
        "adadelta_update", "mean_square", "mean_square_move", rho=0.95, epsilon=1e-7
    ),
    "adamax_update": _update("adamax_update", "m", "u", step=True, **_ADAM),
    "lion_update": _update("lion_update", "m", beta1=0.9, beta2=0.99),
    "adam_update": _update("adam_update", "m", "v", step=True, **_ADAM),
    "nadam_update": _update("nadam_update", "m", "v", step=True, **_ADAM, momentum_decay=1.0),
    "radam_update": _update("radam_update", "m", "v", step=True, **_ADAM),
    "adam_direction": _update("adam_direction", "m", "v", step=True, **_ADAM),
}
