"""Measured choice of implementations: who wins, what is kept on disk, what is ignored there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fastcnn import _core, runtime
from fastcnn.graph import Graph
from fastcnn.ops import Builder
from fastcnn.runtime import choices
from fastcnn.runtime.plan import make_plan

SHAPE = (1, 32, 20, 20)


def depthwise() -> Graph:
    """A convolution that several implementations take, the fast ones first."""
    rng = np.random.default_rng(3)
    g = Builder()
    w = g.parameter("w", rng.standard_normal((32, 1, 3, 3)).astype(np.float32))
    y = g.apply(
        "conv2d", g.input("x", SHAPE), w, g.parameter("b", np.zeros(32, np.float32)),
        strides=(1, 1), pads=(1, 1, 1, 1), dilations=(1, 1), groups=32, activation="linear",
    )  # fmt: skip
    return g.build([y])


@pytest.fixture
def file(tmp_path, monkeypatch):
    """The file of a process that has measured nothing yet."""
    monkeypatch.setenv("FASTCNN_CACHE_DIR", str(tmp_path / "cache"))
    choices.shared.cache_clear()
    yield tmp_path / "cache" / "kernels.json"
    choices.shared.cache_clear()


def run(**options: Any) -> runtime.Session:
    session = runtime.compile(depthwise(), threads=1, **options)
    session(np.ones(SHAPE, np.float32))
    return session


def kernel_with(times: Callable[[list[str]], dict[str, float]]) -> str:
    """The kernel of the convolution where the table gives `times` of its implementations."""
    table = _core.ChoiceTable()
    make_plan(depthwise(), threads=1, choices=table)
    ((key, measured),) = table.entries().items()
    in_order = [name for op, name in _core.operators() if op == "conv2d" and name in measured]
    for name, time in times(in_order).items():
        table.add(key, {name: time})
    plan = make_plan(depthwise(), threads=1, choices=table)
    return next(step["kernel"] for step in plan.steps() if step["op"] == "conv2d")


def test_the_fastest_is_taken():
    first, last = (
        kernel_with(lambda names, i=i: {name: float(name != names[i]) for name in names})
        for i in (0, -1)
    )

    assert first != last
    assert "depthwise" in first
    assert "direct" in last


def test_the_first_stays_where_it_is_as_good():
    def nearly_equal(names: list[str]) -> dict[str, float]:
        return {name: 1.0 if name == names[0] else 0.99 for name in names}

    assert kernel_with(nearly_equal) == kernel_with(lambda names: {names[0]: 0.0})


def test_every_candidate_gives_the_same_answer(rng):
    table = _core.ChoiceTable()
    make_plan(depthwise(), threads=1, choices=table)
    ((key, measured),) = table.entries().items()
    x = rng.standard_normal(SHAPE).astype(np.float32)
    (truth,) = runtime.reference(depthwise(), {"x": x})

    for winner in measured:
        table.add(key, {name: float(name != winner) for name in measured})
        (y,) = make_plan(depthwise(), threads=1, choices=table, guard=True).run([x])

        np.testing.assert_allclose(y, truth, rtol=1e-5, atol=1e-5)


def of_convolutions(table: _core.ChoiceTable) -> dict[str, float]:
    """What the table knows of convolutions, whatever layout they read."""
    return {
        name: time
        for key, times in table.entries().items()
        if key.startswith("conv2d ")
        for name, time in times.items()
    }


def test_a_layer_is_measured_by_the_work_of_its_slowest_way():
    """Of few weights a sparse way computes little, and yet the layouts it wants take time."""
    w = np.zeros((64, 32, 1, 1), np.float32)
    w[:32, :, 0, 0] = np.eye(32)
    g = Builder()
    y = g.apply(
        "conv2d", g.input("x", (1, 32, 16, 16)), g.constant("w", w),
        g.constant("b", np.zeros(64, np.float32)),
        strides=(2, 2), pads=(0, 0, 0, 0), dilations=(1, 1), groups=1, activation="linear",
    )  # fmt: skip
    table = _core.ChoiceTable()

    make_plan(g.build([y]), threads=1, choices=table)

    times = of_convolutions(table)
    assert "conv2d_direct" in times
    assert len(times) > 1


def sparse_times(density: float, table: _core.ChoiceTable) -> dict[str, float]:
    """What the table knows of a convolution with so many weights once it is planned."""
    rng = np.random.default_rng(4)
    w = np.where(rng.random((256, 256, 1, 1)) < density, 1, 0).astype(np.float32)
    g = Builder()
    y = g.apply(
        "conv2d", g.input("x", (1, 256, 20, 20)), g.constant("w", w),
        g.constant("b", np.zeros(256, np.float32)),
        strides=(1, 1), pads=(0, 0, 0, 0), dilations=(1, 1), groups=1, activation="linear",
    )  # fmt: skip
    make_plan(g.build([y]), threads=1, choices=table)
    times = of_convolutions(table)
    return {name: time for name, time in times.items() if name.startswith("conv2d_sparse")}


def test_sparse_weights_are_timed_for_what_is_left_of_them(monkeypatch):
    monkeypatch.setenv("FASTCNN_JIT", "0")  # whose conversions would hide few weights

    def ratio() -> float:
        table = _core.ChoiceTable()
        ((few, few_ms),) = sparse_times(0.005, table).items()
        both = sparse_times(0.2, table)
        assert len(both) == 2
        ((_, many_ms),) = [(name, ms) for name, ms in both.items() if name != few]
        return many_ms / few_ms

    assert any(ratio() > 2 for _ in range(5))  # a busy machine may disturb some


def test_times_are_explained_and_kept_for_the_next_process(file):
    explained = run(measure=True).explain()
    written = json.loads(file.read_text())["milliseconds"]
    choices.shared.cache_clear()
    run(measure=True)

    (times,) = written.values()
    assert len(times) > 1
    assert any("measured: " in (row["why"] or "") for row in explained.rows)
    assert choices.shared().table.entries() == written


def test_nothing_is_measured_or_written_where_it_is_refused(file, monkeypatch):
    run(measure=False)
    monkeypatch.setenv("FASTCNN_MEASURE", "0")
    run()

    assert not file.exists()


def wrong(**changes: Any) -> Callable[[dict[str, Any]], bytes]:
    return lambda content: json.dumps(content | changes).encode()


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda content: json.dumps(content).encode()[:-9],
        lambda _: b"\xff\xfe",
        lambda _: b"[" * 100_000,
        lambda _: b"[]",
        wrong(machine="another"),
        wrong(milliseconds={"conv2d": 3}),
        wrong(milliseconds={"conv2d": {"conv2d_direct": "fast"}}),
        wrong(milliseconds={"conv2d": {"conv2d_direct": float("nan")}}),
    ],
)
def test_a_file_that_is_no_use_is_ignored_and_rewritten(file: Path, damage):
    run(measure=True)
    good = json.loads(file.read_text())
    file.write_bytes(damage(good))
    choices.shared.cache_clear()

    run(measure=True)

    assert json.loads(file.read_text())["milliseconds"].keys() == good["milliseconds"].keys()


def test_what_another_process_wrote_meanwhile_is_kept(file):
    run(measure=True)
    content = json.loads(file.read_text())
    choices.shared.cache_clear()
    session = runtime.compile(depthwise(), threads=1, measure=True)
    content["milliseconds"] = {"of another process": {"conv2d_direct": 1.0}}
    file.write_text(json.dumps(content))
    choices.shared().table.add("of this process", {"conv2d_direct": 2.0})

    session(np.ones(SHAPE, np.float32))

    written = json.loads(file.read_text())["milliseconds"]
    assert {"of another process", "of this process"} < written.keys()


def test_a_folder_that_cannot_be_made_costs_nothing_but_the_times(file):
    file.parent.write_text("a file where the folder should be")

    session = run(measure=True)

    assert any("measured: " in (row["why"] or "") for row in session.explain().rows)
