"""Models measured side by side."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from fastcnn import layers
from fastcnn.cli.comparing import Candidate, as_json, comparison_table, measure, notes
from fastcnn.models import Sequential
from fastcnn.ops.statistics import statistics
from fastcnn.report import Entry


@pytest.fixture
def candidates(tmp_path: Path) -> list[Candidate]:
    """Two dense models, one half as wide as the other."""

    def make(name: str, units: int) -> Candidate:
        model = Sequential([layers.Input((8,)), layers.Dense(units), layers.Dense(3)])
        model.save(tmp_path / name)
        return Candidate(name, model, tmp_path / name, how=f"{units} units")

    return [make("wide", 64), make("narrow", 32)]


@pytest.fixture
def entries(candidates: list[Candidate]) -> tuple[Entry, ...]:
    x = np.random.default_rng(0).random((100, 8), np.float32)
    return measure(candidates, (x, np.arange(100) % 3), seconds=0.0)


def test_figures_are_those_of_the_model_and_its_file(
    candidates: list[Candidate], entries: tuple[Entry, ...]
) -> None:
    for candidate, entry in zip(candidates, entries, strict=True):
        cost = statistics(candidate.model.graph)
        assert (entry.parameters, entry.macs) == (cost.parameters, cost.macs)
        assert entry.bytes_on_disk == candidate.path.stat().st_size
        assert 0 <= entry.accuracy <= 1
        assert entry.latency_ms > 0
        assert entry.throughput > 0


def test_json_holds_ratios_to_the_first(entries: tuple[Entry, ...]) -> None:
    wide, narrow = as_json(entries)

    assert set(wide["ratios"].values()) == {1.0}
    assert narrow["ratios"]["macs"] == pytest.approx(0.5)
    assert narrow["parameters"] == 32 * 9 + 33 * 3


def test_without_images_no_accuracy_is_told(candidates: list[Candidate]) -> None:
    entries = measure(candidates, None, seconds=0.0)

    assert all(math.isnan(entry.accuracy) for entry in entries)
    assert "accuracy" not in as_json(entries)[0]
    assert "accuracy" not in drawn(entries)


def test_the_table_shows_each_figure_and_its_change(entries: tuple[Entry, ...]) -> None:
    text = drawn(entries)

    assert "771" in text
    assert "0.50x" in text
    assert " pt" in text


def test_a_mask_is_said_to_need_a_kernel_that_skips_zeros(entries: tuple[Entry, ...]) -> None:
    masked = replace(entries[1], nonzeros=entries[1].parameters // 10)

    assert notes(entries) == ()
    assert "a kernel skips them" in notes((entries[0], masked))[0]


def drawn(entries: tuple[Entry, ...]) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(comparison_table(entries, "title"))
    return capture.get()
