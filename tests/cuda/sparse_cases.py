"""Convolutions and dense layers with constant weights, most of them zero, for the CUDA tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from fastcnn.graph import Graph
from fastcnn.ops import Builder
from fastcnn.runtime.cuda import make_cuda_plan
from tests.cuda.test_operators import run_emulated
from tests.native.one_op import run_reference
from tests.ops.cases import Case
from tests.ops.cases.case import each
from tests.ops.cases.convolution import Convolution, forward, same
from tests.ops.cases.makers import normal
from tests.tolerance import assert_close

Array = np.ndarray[Any, Any]
Zeros = Callable[[Array, np.random.Generator], Array]

# A warp has lines of 32 pixels; a panel 64 lines, which are copied in fours where the channels of a
# group are; a tile 32 channels of the result, or 64 where that makes blocks enough.
SMALL_CUT = [
    Convolution(n=1, c=1, oc=1, size=(1, 1), kernel=(1, 1)),
    Convolution(n=1, c=64, oc=32, size=(8, 8), kernel=(1, 1)),
    Convolution(n=1, c=68, oc=33, size=(5, 13), kernel=(1, 1)),
    Convolution(n=2, c=5, oc=31, size=(9, 7), kernel=(3, 3), pads=same(1)),
    Convolution(n=3, c=16, oc=40, size=(9, 7), kernel=(3, 1), strides=(2, 1)),
    Convolution(n=1, c=12, oc=8, size=(11, 9), kernel=(5, 3), pads=(2, 0, 1, 3), dilations=(2, 1)),
    Convolution(n=1, c=12, oc=9, size=(7, 7), kernel=(3, 3), pads=same(1), groups=3),
    Convolution(n=2, c=24, oc=72, size=(5, 5), kernel=(3, 3), strides=(2, 2), groups=2),
]
LARGE_CUT = [
    Convolution(n=1, c=256, oc=512, size=(10, 13), kernel=(1, 1), groups=64),
    Convolution(n=1, c=192, oc=256, size=(9, 15), kernel=(2, 2), pads=same(1), groups=64),
]


def scattered(density: float) -> Zeros:
    """Zeros anywhere."""
    return lambda w, rng: np.where(rng.random(w.shape) < density, w, 0)


def blocks(outputs: int, inputs: int, density: float) -> Zeros:
    """Zeros in blocks of so many outputs by so many inputs, as `prune` makes them."""

    def keep(w: Array, rng: np.random.Generator) -> Array:
        across = -(-w.shape[0] // outputs), -(-w.shape[1] // inputs), *w.shape[2:]
        kept = rng.random(across) < density
        whole = kept.repeat(outputs, axis=0).repeat(inputs, axis=1)
        return np.where(whole[: w.shape[0], : w.shape[1]], w, 0)

    return keep


def no_weight(w: Array, rng: np.random.Generator) -> Array:
    return np.zeros_like(w)


def one_weight(w: Array, rng: np.random.Generator) -> Array:
    kept = np.zeros_like(w)
    kept.flat[rng.integers(w.size)] = 1.5
    return kept


def one_row(w: Array, rng: np.random.Generator) -> Array:
    """All others are empty: one warp has all there is to do."""
    kept = np.zeros_like(w)
    kept[-1] = w[-1]
    return kept


def sparse_cases(convolutions: list[Convolution]) -> Iterator[Case]:
    """Cases that the kernels of both heights run, as long as weights are constants."""
    for conv in convolutions:
        for name, zeros in (("single", scattered(0.12)), ("fours", blocks(4, 1, 0.3))):
            case = forward(conv, "relu6", residual=True)
            yield replace(case, id=f"{conv.id}-{name}", make=with_zeros(case, zeros, 1))
    dense = Case("dense", "7x200x37", each(normal(7, 200), normal(200, 37), normal(37)))
    yield replace(dense, id="sparse", make=with_zeros(dense, scattered(0.2), 1), reduction=200)


def with_zeros(case: Case, zeros: Zeros, at: int) -> Callable[[np.random.Generator], list[Array]]:
    """Makes the inputs of `case`, of which number `at` gets zeros."""

    def make(rng: np.random.Generator) -> list[Array]:
        arrays = case.inputs(rng)
        arrays[at] = zeros(arrays[at], rng).astype(np.float32)
        return arrays

    return make


def sparse_convolution(
    conv: Convolution,
    zeros: Zeros,
    rng: np.random.Generator,
    *,
    activation: str = "relu6",
    residual: bool = True,
) -> tuple[Graph, list[Array]]:
    """The convolution with constant weights, and its other inputs."""
    case = forward(conv, activation, residual=residual)
    x, w, b, *others = case.inputs(rng)
    g = Builder()
    image = g.input("x", x.shape)
    constants = [g.constant("w", zeros(w, rng).astype(np.float32)), g.constant("b", b)]
    extra = [g.input("residual", other.shape) for other in others]
    return g.build([g.apply("conv2d", image, *constants, *extra, **case.attrs)]), [x, *others]


def sparse_dense(
    samples: int, features: int, outputs: int, zeros: Zeros, rng: np.random.Generator
) -> tuple[Graph, list[Array]]:
    """A fully connected layer with constant weights, and its input."""
    x = rng.standard_normal((samples, features), np.float32)
    w = rng.standard_normal((outputs, features), np.float32)
    w = np.ascontiguousarray(zeros(w, rng).T)
    b = rng.standard_normal(outputs, np.float32)
    g = Builder()
    y = g.apply("dense", g.input("x", x.shape), g.constant("w", w), g.constant("b", b))
    return g.build([y]), [x]


def kernels_of(graph: Graph) -> str:
    """The kernels that the graph runs."""
    return ", ".join(step["kernel"] for step in make_cuda_plan(graph).steps())


def check_sparse(graph: Graph, arrays: list[Array], kernel: str = "sparse") -> None:
    """The plan runs `kernel`, to the result of float64."""
    assert kernel in kernels_of(graph)
    longest = int(np.prod(graph.values["w"].data.shape))
    for result, truth in zip(
        run_emulated(graph, arrays), run_reference(graph, arrays), strict=True
    ):
        assert_close(result, truth, reduction=min(longest, 1024))
