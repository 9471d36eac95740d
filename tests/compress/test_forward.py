"""What layers read, computed piece by piece."""

from __future__ import annotations

import numpy as np
import pytest
from compress_nets import make_net

from fastcnn.compress import activations as whole
from fastcnn.compress.prune import forward
from fastcnn.compress.prune.kernel import find_kernels

X = {"x": np.random.default_rng(2).standard_normal((40, 8, 8, 3)).astype(np.float32)}
BODY = ["conv", "residual", "projected", "concat", "squeeze_excite", "batch_norm", "conv"]


@pytest.mark.parametrize("budget", [0, 90_000, 1 << 30])
def test_every_layer_reads_what_it_reads_in_the_whole_graph(budget: int) -> None:
    graph = make_net(BODY, "flatten")
    kernels = list(find_kernels(graph))
    pieces = forward.Forward(X, budget)
    read = [kernel.node.inputs[0] for kernel in kernels]
    expected = whole.activations(graph, read, X)

    for kernel, value in zip(kernels, read, strict=True):
        found = list(pieces.read(graph, kernel.node.name))

        assert [first for first, _ in found] == [0, 16, 32]
        array = np.concatenate([batch for _, batch in found])
        np.testing.assert_allclose(array, expected[value.name], rtol=1e-5, atol=1e-5)


def test_a_layer_that_changed_counts_from_the_next_one_on() -> None:
    graph = make_net(["conv", "conv", "conv"], "flatten")
    first, second, *_ = find_kernels(graph)
    pieces = forward.Forward(X)
    list(pieces.read(graph, first.node.name))

    changed = graph.with_data({first.name: 2 * first.data})
    found = np.concatenate([batch for _, batch in pieces.read(changed, second.node.name)])

    value = second.node.inputs[0]
    expected = whole.activations(changed, [value], X)[value.name]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_what_was_kept_is_run_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = make_net(["conv"] * 6, "flatten")
    lengths = []
    streamed = forward.stream_activations

    def counting(part, *rest):
        lengths.append(len(part.nodes))
        return streamed(part, *rest)

    monkeypatch.setattr(forward, "stream_activations", counting)
    pieces = forward.Forward(X)
    for kernel in find_kernels(graph):
        list(pieces.read(graph, kernel.node.name))

    assert sum(lengths) <= len(graph.nodes)
