"""Random networks that compression is tried on."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from fastcnn.graph import Graph, Traits, Value
from fastcnn.ops import Builder

BODY = (
    "conv", "strided", "grouped", "depthwise", "batch_norm", "relu", "max_pool", "residual",
    "projected", "concat", "turned", "dropout", "squeeze_excite", "upsampled", "sliced", "shuffled",
    "shared", "average_pool",
)  # fmt: skip
HEADS = ("flatten", "flatten_channels_first", "global_average", "global_max")


class Net:
    """A builder that draws parameters, with the layers the tests speak of."""

    def __init__(self, channels: int = 3, size: int = 8, seed: int = 0, structure: int = 0) -> None:
        self.b = Builder()
        self.weights = np.random.default_rng(seed)
        self.widths = np.random.default_rng(structure)
        self.x = self.b.input("x", (None, size, size, channels))
        self.y = self.b.apply("transpose", self.x, perm=(0, 3, 1, 2))

    def add(self, kind: str) -> None:
        """Appends one of BODY or HEADS to `y`."""
        self.y = getattr(self, f"_{kind}")(self.y)

    def dense(self, units: int, *, relu: bool = False) -> None:
        self.y = self._dense(self.y, units)
        if relu:
            self.y = self._relu(self.y)

    def build(self) -> Graph:
        return self.b.build([self.y])

    def conv(
        self, x: Value, channels: int, kernel: int = 3, stride: int = 1, groups: int = 1
    ) -> Value:
        inputs = _channels(x) // groups
        shape = (channels, inputs, kernel, kernel)
        w = self._weights("kernel", shape, inputs * kernel * kernel)
        b = self._weights("bias", (channels,), 4)
        return self.b.apply(
            "conv2d",
            x,
            w,
            b,
            name="conv",
            layer=w.name.replace("kernel", "conv"),
            strides=(stride, stride),
            pads=(kernel // 2,) * 4,
            dilations=(1, 1),
            groups=groups,
        )

    def _weights(self, name: str, shape: tuple[int, ...], fan_in: int) -> Value:
        data = self.weights.standard_normal(shape) * np.sqrt(2 / fan_in)
        return self.b.parameter(name, data.astype(np.float32))

    def _width(self) -> int:
        return 2 * int(self.widths.integers(1, 4))

    def _conv(self, x: Value) -> Value:
        return self._relu(self.conv(x, self._width()))

    def _strided(self, x: Value) -> Value:
        return self._relu(self.conv(x, self._width(), stride=2))

    def _grouped(self, x: Value) -> Value:
        groups = 2 if _channels(x) % 2 == 0 else 1
        return self._relu(self.conv(x, self._width(), groups=groups))

    def _depthwise(self, x: Value) -> Value:
        multiplier = int(self.widths.integers(1, 3))
        return self._relu(self.conv(x, multiplier * _channels(x), groups=_channels(x)))

    def _batch_norm(self, x: Value) -> Value:
        c = (_channels(x),)
        gamma, beta = self._weights("gamma", c, 2), self._weights("beta", c, 20)
        held = Traits(trainable=False)
        mean = self.b.parameter("mean", self.weights.normal(0, 0.3, c).astype(np.float32), held)
        spread = (self.weights.random(c) + 0.5).astype(np.float32)
        variance = self.b.parameter("variance", spread, held)
        return self.b.apply(
            "batch_norm", x, gamma, beta, mean, variance, name="bn", epsilon=1e-3, momentum=0.9
        )

    def _relu(self, x: Value) -> Value:
        return self.b.apply("relu", x)

    def _dropout(self, x: Value) -> Value:
        return self.b.apply("dropout", x, rate=0.3, seed=1)

    def _max_pool(self, x: Value) -> Value:
        return self.b.apply("max_pool2d", x, kernel_size=(2, 2), strides=(1, 1), pads=(0, 0, 1, 1))

    def _residual(self, x: Value) -> Value:
        y = self.conv(self._relu(self._batch_norm(self.conv(x, self._width()))), _channels(x))
        return self._relu(self.b.apply("add", y, x))

    def _projected(self, x: Value) -> Value:
        channels = self._width()
        y, short = self.conv(x, channels), self.conv(x, channels, kernel=1)
        return self._relu(self.b.apply("add", self._batch_norm(y), short))

    def _concat(self, x: Value) -> Value:
        return self.b.apply("concat", self._conv(x), self._pointwise(x), axis=1)

    def _pointwise(self, x: Value) -> Value:
        return self._batch_norm(self.conv(x, self._width(), kernel=1))

    def _turned(self, x: Value) -> Value:
        last = self._relu(self.b.apply("transpose", x, perm=(0, 2, 3, 1)))
        return self.b.apply("transpose", last, perm=(0, 3, 1, 2))

    def _squeeze_excite(self, x: Value) -> Value:
        squeezed = self._flat(self.b.apply("global_average_pool2d", x))
        inner = self._relu(self._dense(squeezed, self._width()))
        gate = self.b.apply("sigmoid", self._dense(inner, _channels(x)))
        gate = self.b.apply("reshape", gate, shape=(0, _channels(x), 1, 1))
        return self.b.apply("multiply", x, gate)

    def _upsampled(self, x: Value) -> Value:
        larger = self.b.apply(
            "resize", x, scales=(1.0, 1.0, 2.0, 2.0), coordinates="asymmetric", rounding="floor"
        )
        return self._relu(self.conv(larger, self._width(), stride=2))

    def _sliced(self, x: Value) -> Value:
        middle = max(1, _channels(x) // 2)
        halves = [
            self.b.apply("slice", x, axis=1, start=start, stop=stop)
            for start, stop in ((0, middle), (middle, _channels(x)))
            if start < stop
        ]
        return self.b.apply("concat", *map(self._conv, halves), axis=1)

    def _shuffled(self, x: Value) -> Value:
        c, (h, w) = _channels(x), x.shape[2:]
        if c % 2:
            return x
        assert h is not None
        assert w is not None
        pairs = self.b.apply("reshape", x, shape=(0, 2, c // 2, h, w))
        turned = self.b.apply("transpose", pairs, perm=(0, 2, 1, 3, 4))
        return self.b.apply("reshape", turned, shape=(0, c, h, w))

    def _shared(self, x: Value) -> Value:
        y = self.conv(self.conv(x, 4), 4)
        last = self.b.build([y]).nodes[-1]
        again = self.b.apply(
            "conv2d", self._relu(y), *last.inputs[1:], name="conv", layer=last.layer, **last.attrs
        )
        return self._relu(again)

    def _average_pool(self, x: Value) -> Value:
        return self.b.apply(
            "average_pool2d", x, kernel_size=(2, 2), strides=(1, 1), pads=(0, 0, 1, 1),
            count_include_pad=0,
        )  # fmt: skip

    def _dense(self, x: Value, units: int) -> Value:
        k = _channels(x)
        w, b = self._weights("kernel", (k, units), k), self._weights("bias", (units,), 4)
        return self.b.apply("dense", x, w, b, name="dense")

    def _flatten(self, x: Value) -> Value:
        return self._flat(self.b.apply("transpose", x, perm=(0, 2, 3, 1)))

    def _flatten_channels_first(self, x: Value) -> Value:
        return self._flat(x)

    def _global_average(self, x: Value) -> Value:
        return self._flat(self.b.apply("global_average_pool2d", x))

    def _global_max(self, x: Value) -> Value:
        return self._flat(self.b.apply("global_max_pool2d", x))

    def _flat(self, x: Value) -> Value:
        return self.b.apply("reshape", x, shape=(0, -1))


def make_net(body: list[str], head: str, *, seed: int = 0, structure: int = 0) -> Graph:
    """A network of the given layers, then two dense layers; weights follow from `seed`."""
    net = Net(seed=seed, structure=structure)
    for kind in ("conv", *body, head):
        net.add(kind)
    net.dense(6, relu=True)
    net.dense(3)
    return net.build()


@st.composite
def recipes(draw: st.DrawFn) -> dict[str, object]:
    """Arguments of `make_net`, the seed of the weights left out."""
    return {
        "body": draw(st.lists(st.sampled_from(BODY), max_size=5)),
        "head": draw(st.sampled_from(HEADS)),
        "structure": draw(st.integers(0, 1000)),
    }


def _channels(x: Value) -> int:
    channels = x.shape[1]
    assert channels is not None
    return channels
