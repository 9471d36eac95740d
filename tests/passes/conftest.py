"""Graphs that the passes are tried on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from fastcnn import passes
from fastcnn.graph import Graph, Traits, Value
from fastcnn.ops import Builder


class Net:
    """A builder that draws parameters."""

    def __init__(self, *shape: int | None) -> None:
        self.b = Builder()
        self.rng = np.random.default_rng(1)
        self.x = self.b.input("x", (None, *shape))

    def parameter(self, name: str, *shape: int, trainable: bool = True) -> Value:
        data = self.rng.standard_normal(shape).astype(np.float32)
        return self.b.parameter(name, data, Traits(trainable=trainable))

    def conv(
        self, x: Value, channels: int, kernel: int = 3, groups: int = 1, stride: int = 1
    ) -> Value:
        pad = kernel // 2
        assert x.shape[1] is not None
        w = self.parameter("conv/kernel", channels, x.shape[1] // groups, kernel, kernel)
        b = self.parameter("conv/bias", channels)
        return self.b.apply(
            "conv2d",
            x,
            w,
            b,
            name="conv",
            strides=(stride, stride),
            pads=(pad,) * 4,
            dilations=(1, 1),
            groups=groups,
            activation="linear",
        )

    def dense(self, x: Value, units: int) -> Value:
        assert x.shape[1] is not None
        w, b = (
            self.parameter("dense/kernel", x.shape[1], units),
            self.parameter("dense/bias", units),
        )
        return self.b.apply("dense", x, w, b, name="dense", activation="linear")

    def batch_norm(self, x: Value) -> Value:
        assert x.shape[1] is not None
        gamma, beta = (self.parameter(f"bn/{name}", x.shape[1]) for name in ("gamma", "beta"))
        mean = self.parameter("bn/mean", x.shape[1], trainable=False)
        spread = np.abs(self.rng.standard_normal(x.shape[1])).astype(np.float32) + 0.5
        variance = self.b.parameter("bn/variance", spread, Traits(trainable=False))
        return self.b.apply(
            "batch_norm", x, gamma, beta, mean, variance, name="bn", epsilon=1e-3, momentum=0.9
        )

    def relu(self, x: Value) -> Value:
        return self.b.apply("relu", x)

    def max_pool(self, x: Value) -> Value:
        return self.b.apply("max_pool2d", x, kernel_size=(2, 2), strides=(2, 2), pads=(0, 0, 0, 0))

    def flatten(self, x: Value) -> Value:
        last = self.b.apply("transpose", x, perm=(0, 2, 3, 1))
        return self.b.apply("reshape", last, shape=(0, -1))

    def image(self) -> Value:
        return self.b.apply("transpose", self.x, perm=(0, 3, 1, 2))


def exported() -> Graph:
    """Flattens as an exporter writes it, by the extents of the input."""
    net = Net(4, 6, 6)
    n = net.b.apply("shape_of", net.x, start=0, stop=1)
    rest = net.b.constant("rest", np.array([-1]))
    shape = net.b.apply("concat", n, rest, axis=0)
    return net.b.build([net.b.apply("reshape", net.max_pool(net.x), shape)])


def chain() -> Graph:
    """As a Keras-style model builds it: everything that can be folded, in a row."""
    net = Net(8, 8, 1)
    y = net.max_pool(net.relu(net.batch_norm(net.conv(net.image(), 4))))
    y = net.b.apply("dropout", y, rate=0.5, seed=1)
    y = net.b.apply("clip", net.conv(y, 6), low=0.0, high=6.0)
    y = net.relu(net.batch_norm(net.dense(net.flatten(y), 5)))
    return net.b.build([net.b.apply("softmax", net.dense(y, 3))])


def residual() -> Graph:
    """Two residual blocks, the second with a convolution on the shortcut."""
    net = Net(3, 6, 6)
    y = net.relu(net.batch_norm(net.conv(net.x, 4)))
    z = net.batch_norm(net.conv(net.relu(net.batch_norm(net.conv(y, 4))), 4))
    y = net.relu(net.b.apply("add", z, y, activation="linear"))
    z = net.conv(y, 8, stride=2)
    short = net.batch_norm(net.conv(y, 8, 1, stride=2))
    y = net.relu(net.b.apply("add", z, short, activation="linear"))
    y = net.b.apply("global_average_pool2d", y)
    return net.b.build([net.dense(net.flatten(y), 3)])


def branches() -> Graph:
    """Grouped and depthwise convolutions, concatenation, and a value read twice by one sum."""
    net = Net(4, 5, 5)
    a = net.relu(net.conv(net.x, 4, groups=4))
    b = net.relu(net.batch_norm(net.conv(net.x, 6, groups=2)))
    y = net.conv(net.b.apply("concat", a, b, axis=1), 4)
    y = net.relu(net.b.apply("add", y, y, activation="linear"))
    return net.b.build([net.b.apply("scale", net.b.apply("scale", y, factor=1.0), factor=0.5)])


def merging() -> Graph:
    """Convolutions of one image that are added, then layers without activations between them."""
    net = Net(4, 6, 6)
    wide, narrow = net.conv(net.x, 4), net.conv(net.x, 4, kernel=1)
    y = net.b.apply("add", net.b.apply("add", wide, narrow), net.x)
    y = net.conv(net.relu(net.conv(y, 3, kernel=1)), 4, stride=2)
    return net.b.build([net.dense(net.dense(net.flatten(y), 20), 3)])


def read_outside() -> Graph:
    """The caller reads what the passes would like to remove."""
    net = Net(3, 4, 4)
    conv = net.conv(net.x, 4)
    normal = net.batch_norm(conv)
    relu = net.relu(normal)
    return net.b.build([conv, normal, relu, net.b.apply("dropout", relu, rate=0.5, seed=1), net.x])


def ends_in_identities() -> Graph:
    """Outputs defined by identities, and nodes that nobody reads."""
    net = Net(3, 4, 4)
    y = net.relu(net.conv(net.x, 4))
    net.dense(net.flatten(net.max_pool(y)), 2)
    dropped = net.b.apply("dropout", net.b.apply("scale", y, factor=1.0), rate=0.1, seed=1)
    return net.b.build([dropped, net.max_pool(y)])


def known_in_part() -> Graph:
    """Some of it depends on parameters only."""
    net = Net(6)
    w = net.b.apply("multiply", net.parameter("a", 6, 4), net.parameter("b", 6, 4))
    bias = net.b.apply("scale", net.parameter("c", 4), factor=2.0)
    return net.b.build([net.b.apply("dense", net.x, w, bias, activation="linear")])


def reshapes() -> Graph:
    """Transposes and reshapes that cancel, merge or do nothing."""
    net = Net(4, 6, 1)
    y = net.b.apply(
        "transpose", net.b.apply("transpose", net.x, perm=(0, 3, 1, 2)), perm=(0, 2, 3, 1)
    )
    y = net.b.apply("transpose", net.relu(y), perm=(0, 3, 1, 2))
    y = net.b.apply("reshape", net.b.apply("reshape", y, shape=(0, 8, 3)), shape=(0, -1))
    a = net.b.apply("reshape", y, shape=(-1, 12))
    b = net.b.apply("transpose", net.b.apply("reshape", y, shape=(0, 4, 6)), perm=(0, 2, 1))
    return net.b.build(
        [a, b, net.b.apply("reshape", net.b.apply("reshape", a, shape=(-1, 3)), shape=(-1, 24))]
    )


def channels_last() -> Graph:
    """As tools for channels-last runtimes export: a pair of transposes around each convolution."""
    net = Net(6, 6, 4)
    b = net.b

    def conv(x: Value) -> Value:
        first = b.apply("transpose", x, perm=(0, 3, 1, 2))
        return b.apply("transpose", net.conv(first, 4), perm=(0, 2, 3, 1))

    bias = b.constant("bias", net.rng.standard_normal(4).astype(np.float32))
    y = net.relu(b.apply("add", conv(net.x), bias))
    z = b.apply("add", net.relu(conv(y)), y)
    gate = b.apply("sigmoid", b.apply("reduce_mean", z, axes=(1, 2), keepdims=1))
    z = b.apply("concat", b.apply("multiply", z, gate), z, axis=3)
    z = b.apply("pad", z, pads=(0, 0, 1, 0, 0, 1, 0, 0))
    z = b.apply("slice", z, axis=3, start=1, stop=5)
    z = conv(z)
    return b.build(
        [b.apply("reduce_mean", z, axes=(1, 2), keepdims=0), b.apply("softmax", z, axis=3)]
    )


def taken_apart() -> Graph:
    """Normalisations, biases and activations in pieces, as exporters leave them."""
    net = Net(4, 6, 6)
    b = net.b

    def constant(*shape: int) -> Value:
        return b.constant("constant", net.rng.uniform(0.5, 2, shape).astype(np.float32))

    def number(value: float) -> Value:
        return b.constant("number", np.array(value, np.float32))

    y = b.apply("pad", net.x, pads=(0, 0, 1, 0, 0, 0, 0, 1))
    y = b.apply(
        "subtract", b.apply("multiply", net.conv(y, 4), constant(4, 1, 1)), constant(4, 1, 1)
    )
    y = b.apply("multiply", y, b.apply("sigmoid", y))
    y = b.apply("add", b.apply("multiply", net.batch_norm(y), constant(1, 4, 1, 1)), number(2))
    gate = b.apply("clip", b.apply("add", y, number(3)), low=0.0, high=6.0)
    y = b.apply("divide", b.apply("multiply", y, gate), number(6))
    y = b.apply("scale", b.apply("subtract", number(1), net.conv(y, 4)), factor=0.25)
    gate = b.apply("hard_sigmoid", y, alpha=1 / 6, beta=0.5)
    y = b.apply("multiply", gate, y)
    gate = b.apply("add", b.apply("erf", b.apply("divide", y, number(2**0.5))), number(1))
    y = b.apply("multiply", b.apply("multiply", y, gate), number(0.5))
    cube = b.apply("multiply", number(0.044715), b.apply("power", y, number(3)))
    inner = b.apply("multiply", b.apply("add", y, cube), number((2 / np.pi) ** 0.5))
    gate = b.apply("add", number(1), b.apply("tanh", inner))
    y = b.apply("multiply", b.apply("scale", y, factor=0.5), gate)
    y = b.apply("reduce_mean", y, axes=(2, 3), keepdims=0)
    y = b.apply("add", net.dense(y, 3), constant(3))
    return b.build([b.apply("divide", y, constant(1, 3))])


def shuffle() -> Graph:
    """Channels of three groups shuffled between two convolutions."""
    net = Net(6, 4, 4)
    y = net.b.apply("reshape", net.conv(net.x, 12, groups=3), shape=(0, 3, 4, 4, 4))
    y = net.b.apply("transpose", y, perm=(0, 2, 1, 3, 4))
    return net.b.build([net.conv(net.b.apply("reshape", y, shape=(0, 12, 4, 4)), 6, groups=3)])


def unpooled() -> Graph:
    """The gradients of a maximum pooling and of a bias before it."""
    net = Net(4, 6, 6)
    x = net.conv(net.x, 4)
    window = {"kernel_size": (2, 2), "strides": (2, 2), "pads": (0, 0, 0, 0)}
    y = net.b.apply("max_pool2d", x, **window)
    grad_y = net.b.apply("sigmoid", y)
    grad_x = net.b.apply("max_pool2d_backward", grad_y, x, y, **window)
    return net.b.build([grad_x, net.b.apply("channel_sum", grad_x)])


GRAPHS: tuple[Callable[[], Graph], ...] = (
    chain,
    exported,
    residual,
    branches,
    merging,
    read_outside,
    ends_in_identities,
    known_in_part,
    reshapes,
    channels_last,
    taken_apart,
    shuffle,
    unpooled,
)


@pytest.fixture(params=GRAPHS, ids=lambda build: build.__name__)
def graph(request: pytest.FixtureRequest) -> Graph:
    """Each of the graphs."""
    built: Graph = request.param()
    return built


@pytest.fixture
def graphs() -> dict[str, Graph]:
    """All graphs by name."""
    return {build.__name__: build() for build in GRAPHS}


@pytest.fixture
def net() -> Callable[..., Net]:
    """Starts a net on an input of the given shape, without the batch."""
    return Net


@pytest.fixture
def training() -> Callable[[Graph], Graph]:
    """Takes a graph to its training form, with the gradients of its mean output as outputs."""

    def differentiated(graph: Graph) -> Graph:
        prepared = passes.prepare_training(passes.FuseActivation()(graph))
        g = Builder(prepared)
        loss = g.apply("reduce_mean", prepared.outputs[0])
        trained = [value for value in prepared.parameters.values() if value.is_trainable]
        g, gradients = passes.differentiate(g.build([loss]), loss, trained)
        return g.build([loss, *gradients.values()])

    return differentiated
