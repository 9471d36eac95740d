"""Layers of two models side by side."""

from __future__ import annotations

from fastcnn.report import Layer
from fastcnn.report.layers import pair_layers


def layer(name: str, nonzeros: int = 10) -> Layer:
    return Layer(name, "conv2d", "1", nonzeros, nonzeros, 0)


def test_a_removed_layer_keeps_its_place() -> None:
    pairs = pair_layers([layer("a"), layer("b"), layer("c")], [layer("a"), layer("c", 5)])

    assert [(p.name, p.before is not None, p.after is not None) for p in pairs] == [
        ("a", True, True),
        ("b", True, False),
        ("c", True, True),
    ]
    assert [p.kept for p in pairs] == [1.0, 0.0, 0.5]


def test_a_new_layer_stands_after_the_one_it_follows() -> None:
    pairs = pair_layers([layer("a"), layer("b")], [layer("x"), layer("a"), layer("y"), layer("b")])

    assert [p.name for p in pairs] == ["x", "a", "y", "b"]
    assert pairs[0].kept is None


def test_nothing_is_kept_of_a_layer_without_weights() -> None:
    (pair,) = pair_layers([layer("pool", 0)], [layer("pool", 0)])

    assert pair.kept is None
