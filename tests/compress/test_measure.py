"""Measuring models."""

from __future__ import annotations

import numpy as np
import pytest
from compress_nets import make_net

from fastcnn import compress
from fastcnn.errors import CompressionError, DataError
from fastcnn.models import Model


def make_model() -> Model:
    model = Model.from_graph(make_net(["conv"], "flatten"), name="small")
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.random((40, 8, 8, 3), np.float32), rng.integers(0, 3, 40).astype(np.int32)


def test_figures_agree_with_the_model() -> None:
    model = make_model()

    measured = compress.measure(model, data(), seconds=0.02)

    loss, accuracy = model.evaluate(*data(), verbose=0)
    assert measured.name == "small"
    assert measured.quality is not None
    assert measured.quality.loss == pytest.approx(loss)
    assert measured.accuracy == pytest.approx(accuracy)
    assert measured.cost.parameters == model.count_params()
    assert measured.cost.nonzeros == sum(np.count_nonzero(w) for w in model.get_weights())
    assert measured.cost.macs == sum(layer.macs() for layer in model.layers)
    assert measured.cost.bytes_on_disk > 4 * measured.cost.parameters
    assert 0 < measured.best_latency_ms <= measured.cost.latency_ms
    assert measured.throughput > 0


def test_without_data_there_is_no_accuracy() -> None:
    measured = compress.measure(Model.from_graph(make_net([], "flatten")), seconds=0.02)

    assert measured.quality is None
    assert measured.accuracy is None


def test_pruned_models_take_less_space_on_disk() -> None:
    model = make_model()

    before = compress.measure(model, seconds=0.02)
    after = compress.measure(compress.prune(model, sparsity=0.9), seconds=0.02)

    assert after.cost.parameters == before.cost.parameters
    assert after.cost.nonzeros < 0.2 * before.cost.nonzeros
    assert after.cost.bytes_on_disk < before.cost.bytes_on_disk - 2 * before.cost.parameters


def test_penalties_on_weights_are_no_part_of_the_loss() -> None:
    plain, penalised = make_model(), make_model()
    penalised.compile(
        loss="sparse_categorical_crossentropy", metrics=["accuracy"], regularizer="l2"
    )

    losses = [compress.measure(m, data(), seconds=0.02).quality.loss for m in (plain, penalised)]

    assert losses[0] == losses[1]
    assert penalised.evaluate(*data(), verbose=0)[0] > losses[0]


def test_records_show_the_cost_before_and_after_in_the_summary() -> None:
    lines: list[str] = []

    compress.prune(make_model(), sparsity=0.5, structure="channel").summary(lines.append)

    text = "\n".join(lines)
    for figure in ("parameters: ", "non-zeros: ", "MACs: ", "bytes on disk: ", "latency ms: "):
        assert f"{figure}" in text
    assert "prune: removed" in text


def test_records_are_saved_with_the_model(tmp_path) -> None:
    from fastcnn.models import load_model

    pruned = compress.prune(make_model(), sparsity=0.5)
    pruned.save(tmp_path / "pruned.fcnn")

    loaded = load_model(tmp_path / "pruned.fcnn")

    assert [r.to_json() for r in loaded.records] == [r.to_json() for r in pruned.records]


def test_data_that_do_not_fit_are_refused() -> None:
    x, y = data()

    with pytest.raises(DataError, match="samples"):
        compress.measure(make_model(), (x, y[:-1]))
    with pytest.raises(DataError, match=r"finite|NaN"):
        compress.measure(make_model(), (np.full_like(x, np.nan), y))
    with pytest.raises(CompressionError, match=r"model\.compile"):
        compress.measure(Model.from_graph(make_net([], "flatten")), (x, y))
