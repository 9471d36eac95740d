"""What parts of a model cost in answers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from compress_nets import Net

from fastcnn import compress
from fastcnn.compress.choose.judge import Judge
from fastcnn.compress.choose.profile import Profile, Shaper
from fastcnn.compress.choose.samples import Sample
from fastcnn.compress.prune.criteria import Obc
from fastcnn.compress.prune.families import find_families
from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.errors import DataError, InvalidValueError
from fastcnn.models import Model
from fastcnn.ops import evaluate
from fastcnn.typing import Array


def model() -> Model:
    net = Net(seed=3)
    for kind in ("conv", "conv", "residual", "global_average"):
        net.add(kind)
    net.dense(6, relu=True)
    net.dense(3)
    return Model.from_graph(net.build())


def images(count: int = 64) -> Array:
    return np.random.default_rng(1).standard_normal((count, 8, 8, 3)).astype(np.float32)


def answers(model: Model, x: Array) -> Array:
    return evaluate(model.graph, {"x": x})[model.graph.outputs[0].name].argmax(1)


def test_labels_give_the_accuracy_of_each_change() -> None:
    original = model()
    x = images()
    y = answers(original, x)

    found = compress.sensitivity(original, (x, y), sparsities=(0.5, 0.9), samples=64)

    assert found.original == 1.0
    assert all(point.accuracy == point.agreement for point in found.points)
    assert {point.structure for point in found.points} == {"weight", "channel", "cut"}
    json.dumps(found.to_json())
    assert "1.0000 as it is" in str(found)


def test_without_labels_agreement_takes_their_place() -> None:
    found = compress.sensitivity(model(), images(), sparsities=(0.5,), samples=32)

    assert found.original is None
    assert all(point.accuracy is None for point in found.points)
    assert "Agreement" in str(found)


def test_more_sparsity_is_a_larger_error_of_the_layer_that_is_missed_most() -> None:
    found = compress.sensitivity(
        model(), images(), structures=("weight",), sparsities=(0.2, 0.95), cuts=False
    )

    for part, structure in found.curves:
        little, much = found.curve(part, structure)
        assert little.error < much.error, part


def test_layers_that_are_added_are_one_part() -> None:
    graph = model().graph
    families = find_families(graph)

    found = compress.sensitivity(
        model(), images(), structures=("channel",), sparsities=(0.5,), cuts=False
    )

    assert any(len(family.layers) == 2 for family in families)
    assert [part for part, _ in found.curves] == [
        family.name for family in families if len(family.groups) > 1
    ]


def test_readers_make_up_for_the_channels_they_lost() -> None:
    original = model()
    x = images(256)
    judge = Judge(original.graph, Sample({"x": x[128:]}, None))
    profile = Profile(channels=dict.fromkeys(find_families(original.graph)[0].layers, 0.5))

    def error(fit_on: Array) -> float:
        shaper = Shaper(
            original,
            {"x": fit_on},
            weights="magnitude",
            channels="magnitude",
            data=None,
            deepest=0.9,
            seed=0,
        )
        return judge(shaper(profile)).error

    pruned = compress.prune(original, sparsity=dict(profile.channels), structure="channel")
    assert error(x[:128]) < 0.8 * judge(pruned.graph).error


def test_a_model_does_not_differ_from_itself() -> None:
    graph = model().graph

    verdict = Judge(graph, Sample({"x": images()}, np.zeros(64, np.int32)))(graph)

    assert verdict.error == 0
    assert verdict.agreement == 1


def test_an_unknown_structure_is_refused_by_name() -> None:
    with pytest.raises(InvalidValueError, match="'diagonal' is no structure"):
        compress.sensitivity(model(), images(), structures=("diagonal",))


@pytest.mark.parametrize("sparsities", [(), (0.0,), (1.0,)])
def test_sparsities_outside_their_limits_are_refused(sparsities: tuple[float, ...]) -> None:
    with pytest.raises(InvalidValueError, match="sparsity"):
        compress.sensitivity(model(), images(), sparsities=sparsities)


def test_there_must_be_data() -> None:
    with pytest.raises(DataError, match="needs samples"):
        compress.sensitivity(model(), None)


@pytest.mark.parametrize("layers_pruned", [1, 2])
def test_what_a_criterion_settles_at_the_end_is_settled(
    layers_pruned: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = model()
    names = [kernel.layer for kernel in find_kernels(original.graph)][:layers_pruned]
    seen: list[list[str]] = []

    def settled(self: Obc, before: Any, after: Any, kernels: Any, evidence: Any) -> Any:
        seen.append([kernel.layer for kernel in kernels])
        return after

    monkeypatch.setattr(Obc, "settled", settled)
    shaper = Shaper(
        original,
        {"x": images(32)},
        weights="obc",
        channels="magnitude",
        data=images(32),
        deepest=0.9,
        seed=0,
    )

    shaper(Profile(weights=dict.fromkeys(names, ("weight", 0.5))))

    assert seen == ([names] if layers_pruned > 1 else [])
