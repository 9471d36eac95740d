"""Hypothesis strategies for shapes, windows and convolutions."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.ops.cases.convolution import Convolution

small = st.integers(1, 3)


def shapes(
    *, min_rank: int = 1, max_rank: int = 4, max_extent: int = 4
) -> st.SearchStrategy[tuple[int, ...]]:
    """Shapes of few elements."""
    return st.lists(st.integers(1, max_extent), min_size=min_rank, max_size=max_rank).map(tuple)


@st.composite
def convolutions(draw: st.DrawFn) -> Convolution:
    """Small convolutions of every kind whose kernel fits on the padded image."""
    groups = draw(small)
    kernel, dilations = (draw(small), draw(small)), (draw(small), draw(small))
    pads = tuple(draw(st.integers(0, 2)) for _ in range(4))
    size = tuple(
        draw(st.integers(max(1, span - pads[i] - pads[i + 2]), span + 4))
        for i, span in enumerate(d * (k - 1) + 1 for k, d in zip(kernel, dilations, strict=True))
    )
    return Convolution(
        n=draw(st.integers(1, 2)),
        c=groups * draw(small),
        oc=groups * draw(small),
        size=size,
        kernel=kernel,
        strides=(draw(small), draw(small)),
        pads=pads,
        dilations=dilations,
        groups=groups,
    )


@st.composite
def poolings(draw: st.DrawFn) -> tuple[tuple[int, ...], dict[str, Any]]:
    """An image's shape and a window that never lies in the padding alone."""
    kernel = (draw(small), draw(small))
    pads = tuple(draw(st.integers(0, size - 1)) for size in kernel * 2)
    size = tuple(
        draw(st.integers(max(1, kernel[i] - pads[i] - pads[i + 2]), kernel[i] + 4))
        for i in range(2)
    )
    window = {"kernel_size": kernel, "strides": (draw(small), draw(small)), "pads": pads}
    return (draw(st.integers(1, 2)), draw(st.integers(1, 2)), *size), window
