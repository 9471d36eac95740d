"""The table of a model."""

from __future__ import annotations

import os

import pytest

from fastcnn import layers, models
from fastcnn.models import Record, file_size, summary_table
from tests.layers.layer_cases import CASES
from tests.models.nets import residual, small


def test_rows_and_totals():
    rows = summary_table(small()).rows

    assert rows[0] == {
        "layer": "conv2d",
        "kind": "Conv2D",
        "output shape": "(None, 6, 6, 4)",
        "parameters": 40,
        "non-zeros": 36,
        "MACs": 6 * 6 * 36,
    }
    assert [row["parameters"] for row in rows] == [40, 0, 0, 111, 151]
    assert rows[-1] == {
        "layer": "total",
        "kind": "",
        "output shape": "",
        "parameters": 151,
        "non-zeros": 36 + 108,
        "MACs": 6 * 6 * 36 + 108,
    }


ONE_OP_OF_TWO_LAYERS = {"Activation of a vector", "ReLU leaky and limited"}


@pytest.mark.parametrize("case", sorted(CASES.keys() - ONE_OP_OF_TWO_LAYERS))
def test_a_layer_is_shown_by_its_class(case):
    shown = models.Model(*CASES[case].model()).layers[-1]

    assert shown.kind == case.split()[0]


def test_the_file_size_is_that_of_the_file(tmp_path):
    model = residual()
    model.save(tmp_path / "m.fcnn")

    assert file_size(model) == os.path.getsize(tmp_path / "m.fcnn")
    assert f"file {file_size(model):,} bytes" in str(summary_table(model))


def test_what_training_leaves_alone_is_not_counted_as_trainable():
    model = residual()
    text = str(summary_table(model))

    assert f"trainable {model.count_params() - 8:,};" in text


def test_records_are_shown_with_the_figures_before_and_after():
    model = small()
    record = Record(
        "prune",
        "half of the weights",
        {"before": {"bytes": 1000, "accuracy": 0.99123}, "after": {"bytes": 500, "accuracy": 0.9}},
    )

    lines = str(summary_table(model.with_graph(model.graph, record))).splitlines()

    assert [line.strip() for line in lines[-3:]] == [
        "prune: half of the weights",
        "bytes: 1,000 -> 500",
        "accuracy: 0.9912 -> 0.9",
    ]


def test_an_image_of_open_size_has_no_macs():
    x = layers.Input((None, None, 3))
    y = layers.GlobalMaxPooling2D()(layers.Conv2D(2, 3)(x))

    rows = summary_table(models.Model(x, y)).rows

    assert [row["MACs"] for row in rows] == [None, 0, None]
    assert rows[0]["output shape"] == "(None, None, None, 2)"


def test_summary_prints_or_hands_the_text_over(capsys):
    lines: list[str] = []

    small().summary(print_fn=lines.append)
    small().summary()

    assert capsys.readouterr().out == "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "details", [{}, {"before": 1, "after": 2}, {"before": {"a": "x"}, "after": {}}]
)
def test_records_without_figures_are_one_line(details):
    model = small()

    text = str(summary_table(model.with_graph(model.graph, Record("cut", "a layer", details))))

    assert text.splitlines()[-1].strip() == "cut: a layer"
