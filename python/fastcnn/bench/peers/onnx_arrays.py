"""ONNX on arrays alone: the operators of image networks, written with NumPy's functions.

The module of arrays is given, so that the same code runs on NumPy and on CuPy. Convolutions and
pools look at windows of the padded image, which are views; a convolution is a matrix product of
them, for each group.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import onnx
from onnx import helper, numpy_helper

from fastcnn.errors import UnsupportedError

Attributes = dict[str, Any]


def _binary(name: str) -> Callable[..., Any]:
    """The method that calls the function of two arrays of that name."""

    def apply(self: Network, a: Attributes, names: list[str], x: Any, y: Any) -> Any:
        return getattr(self._np, name)(x, y)

    return apply


class Network:
    """A model that runs its nodes one after the other.

    Args:
        model: Path of an ONNX file.
        arrays: NumPy, or a module like it.
    """

    def __init__(self, model: str, arrays: Any) -> None:
        self._np = arrays
        graph = onnx.load(model).graph
        self._constants = {
            x.name: arrays.asarray(numpy_helper.to_array(x)) for x in graph.initializer
        }
        self._host = {x.name: numpy_helper.to_array(x) for x in graph.initializer}
        self._nodes = []
        for node in graph.node:
            attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            if node.op_type == "Constant":
                value = numpy_helper.to_array(attributes["value"])
                self._constants[node.output[0]] = arrays.asarray(value)
                self._host[node.output[0]] = value
                continue
            function = getattr(self, f"_{node.op_type.lower()}", None)
            if function is None:
                raise UnsupportedError(
                    f"{model}: the peer on arrays has no operator '{node.op_type}'; "
                    "leave this peer out"
                )
            self._nodes.append((function, list(node.input), list(node.output), attributes))
        self._outputs = [value.name for value in graph.output]

    def __call__(self, inputs: dict[str, Any]) -> list[Any]:
        """Runs the model."""
        values = {"": None, **self._constants, **inputs}
        for function, names, outputs, attributes in self._nodes:
            results = function(attributes, names, *(values[name] for name in names))
            results = results if isinstance(results, tuple) else (results,)
            values.update(zip(outputs, results, strict=False))
        return [values[name] for name in self._outputs]

    # Numbers that shape a result are read here, not on the device.
    def _numbers(self, name: str) -> Any:
        if name not in self._host:
            raise UnsupportedError(
                f"'{name}' shapes a result and is computed, which the peer on arrays cannot read; "
                "leave this peer out"
            )
        return self._host[name]

    def _windows(self, x: Any, a: Attributes, kernel: Any, fill: float, ceil: int = 0) -> Any:
        """[N, C, OH, OW, KH, KW], a view of the padded image."""
        strides, dilations = a.get("strides", [1, 1]), a.get("dilations", [1, 1])
        pads = list(a.get("pads", [0, 0, 0, 0]))
        spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilations, strict=True)]
        if a.get("auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID"):
            for i in range(2):
                size = x.shape[2 + i]
                need = max(0, (math.ceil(size / strides[i]) - 1) * strides[i] + spans[i] - size)
                less, more = need // 2, need - need // 2
                lower = a["auto_pad"] == b"SAME_LOWER"
                pads[i], pads[2 + i] = (more, less) if lower else (less, more)
        if ceil:
            for i in range(2):
                rest = (x.shape[2 + i] + pads[i] + pads[2 + i] - spans[i]) % strides[i]
                pads[2 + i] += (strides[i] - rest) % strides[i]
        if any(pads):
            edges = ((0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3]))
            x = self._np.pad(x, edges, constant_values=fill)
        view = self._np.lib.stride_tricks.sliding_window_view(x, tuple(spans), axis=(2, 3))
        return view[:, :, :: strides[0], :: strides[1], :: dilations[0], :: dilations[1]]

    def _conv(self, a: Attributes, names: list[str], x: Any, w: Any, b: Any = None) -> Any:
        groups = a.get("group", 1)
        windows = self._windows(x, a, w.shape[2:], 0.0)
        n, c, oh, ow = windows.shape[:4]
        columns = windows.reshape(n, groups, c // groups, oh, ow, -1)
        columns = columns.transpose(1, 2, 5, 0, 3, 4).reshape(groups, -1, n * oh * ow)
        y = self._np.matmul(w.reshape(groups, w.shape[0] // groups, -1), columns)
        y = y.reshape(w.shape[0], n, oh, ow).transpose(1, 0, 2, 3)
        return y if b is None else y + b.reshape(1, -1, 1, 1)

    def _maxpool(self, a: Attributes, names: list[str], x: Any) -> Any:
        windows = self._windows(x, a, a["kernel_shape"], -math.inf, a.get("ceil_mode", 0))
        return windows.max(axis=(4, 5))

    def _averagepool(self, a: Attributes, names: list[str], x: Any) -> Any:
        ceil = a.get("ceil_mode", 0)
        sums = self._windows(x, a, a["kernel_shape"], 0.0, ceil).sum(axis=(4, 5))
        ones = self._np.ones((1, 1, *x.shape[2:]), x.dtype)
        if a.get("count_include_pad", 0):
            ones = self._np.pad(ones, [(0, 0)] * 2 + self._edges(a), constant_values=1)
            a = {**a, "pads": [0, 0, 0, 0], "auto_pad": b"NOTSET"}
        return sums / self._windows(ones, a, a["kernel_shape"], 0.0, ceil).sum(axis=(4, 5))

    @staticmethod
    def _edges(a: Attributes) -> list[tuple[int, int]]:
        top, left, bottom, right = a.get("pads", [0, 0, 0, 0])
        return [(top, bottom), (left, right)]

    def _globalaveragepool(self, a: Attributes, names: list[str], x: Any) -> Any:
        return x.mean(axis=(2, 3), keepdims=True)

    def _globalmaxpool(self, a: Attributes, names: list[str], x: Any) -> Any:
        return x.max(axis=(2, 3), keepdims=True)

    def _reducemean(self, a: Attributes, names: list[str], x: Any, axes: Any = None) -> Any:
        wanted = a["axes"] if axes is None else self._numbers(names[1]).tolist()
        return x.mean(axis=tuple(wanted), keepdims=bool(a.get("keepdims", 1)))

    def _batchnormalization(self, a: Attributes, names: list[str], x: Any, *parameters: Any) -> Any:
        shape = (1, -1) + (1,) * (x.ndim - 2)
        scale, shift, mean, variance = (p.reshape(shape) for p in parameters)
        return (x - mean) / self._np.sqrt(variance + a.get("epsilon", 1e-5)) * scale + shift

    def _gemm(self, a: Attributes, names: list[str], x: Any, w: Any, b: Any = None) -> Any:
        x = x.T if a.get("transA", 0) else x
        y = a.get("alpha", 1.0) * self._np.matmul(x, w.T if a.get("transB", 0) else w)
        return y if b is None else y + a.get("beta", 1.0) * b

    def _softmax(self, a: Attributes, names: list[str], x: Any) -> Any:
        axis = a.get("axis", -1)
        e = self._np.exp(x - x.max(axis=axis, keepdims=True))
        return e / e.sum(axis=axis, keepdims=True)

    def _clip(self, a: Attributes, names: list[str], x: Any, *limits: Any) -> Any:
        low, high = (*limits, None, None)[:2]
        low = a.get("min") if low is None else low
        high = a.get("max") if high is None else high
        x = x if low is None else self._np.maximum(x, low)
        return x if high is None else self._np.minimum(x, high)

    def _concat(self, a: Attributes, names: list[str], *parts: Any) -> Any:
        return self._np.concatenate(parts, axis=a["axis"])

    def _reshape(self, a: Attributes, names: list[str], x: Any, shape: Any) -> Any:
        wanted = self._numbers(names[1]).tolist()
        return x.reshape([x.shape[i] if e == 0 else e for i, e in enumerate(wanted)])

    def _flatten(self, a: Attributes, names: list[str], x: Any) -> Any:
        return x.reshape(math.prod(x.shape[: a.get("axis", 1)]), -1)

    def _squeeze(self, a: Attributes, names: list[str], x: Any, axes: Any = None) -> Any:
        wanted = a.get("axes") if axes is None else self._numbers(names[1]).tolist()
        return self._np.squeeze(x, None if wanted is None else tuple(wanted))

    def _unsqueeze(self, a: Attributes, names: list[str], x: Any, axes: Any = None) -> Any:
        wanted = a["axes"] if axes is None else self._numbers(names[1]).tolist()
        return self._np.expand_dims(x, tuple(wanted))

    def _transpose(self, a: Attributes, names: list[str], x: Any) -> Any:
        return x.transpose(a.get("perm"))

    def _pad(self, a: Attributes, names: list[str], x: Any, pads: Any, value: Any = None) -> Any:
        wanted = self._numbers(names[1]).tolist()
        edges = list(zip(wanted[: x.ndim], wanted[x.ndim :], strict=True))
        fill = 0.0 if value is None else float(self._numbers(names[2]))
        return self._np.pad(x, edges, constant_values=fill)

    def _dropout(self, a: Attributes, names: list[str], x: Any, *rest: Any) -> Any:
        return x

    _identity = _dropout

    def _relu(self, a: Attributes, names: list[str], x: Any) -> Any:
        return self._np.maximum(x, 0)

    def _leakyrelu(self, a: Attributes, names: list[str], x: Any) -> Any:
        return self._np.where(x < 0, a.get("alpha", 0.01) * x, x)

    def _sigmoid(self, a: Attributes, names: list[str], x: Any) -> Any:
        return 1 / (1 + self._np.exp(-x))

    def _tanh(self, a: Attributes, names: list[str], x: Any) -> Any:
        return self._np.tanh(x)

    def _hardsigmoid(self, a: Attributes, names: list[str], x: Any) -> Any:
        return self._np.clip(a.get("alpha", 0.2) * x + a.get("beta", 0.5), 0, 1)

    def _hardswish(self, a: Attributes, names: list[str], x: Any) -> Any:
        return x * self._np.clip(x / 6 + 0.5, 0, 1)

    _add = _binary("add")
    _sub = _binary("subtract")
    _mul = _binary("multiply")
    _div = _binary("divide")
    _matmul = _binary("matmul")
