"""Models as files."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fastcnn.errors import FileFormatError, UnsupportedError
from fastcnn.graph import file
from fastcnn.models import Record, load_model
from fastcnn.train.callbacks import ModelCheckpoint
from fastcnn.train.optimizers import SGD
from fastcnn.train.schedules import CosineDecay
from tests.models.nets import blobs, compile_model, residual, same_weights, small, train


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.fcnn"


def test_everything_comes_back(path):
    x, _ = blobs(4)
    model = residual()
    model.compile(
        optimizer=SGD(CosineDecay(0.1), momentum=0.9, nesterov=True),
        loss="categorical_crossentropy",
        metrics=["accuracy", "top_2_accuracy"],
        regularizer="l1_l2",
    )
    model.records = (Record("prune", "half", {"before": {"bytes": 3}, "table": [1, "a", None]}),)

    model.save(path)
    loaded = load_model(path)

    assert loaded.name == "residual"
    assert loaded.settings == model.settings
    assert loaded.records == model.records
    assert same_weights(loaded, model)
    assert [repr(layer) for layer in loaded.layers] == [repr(layer) for layer in model.layers]
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))


def test_settings_are_plain_data(path):
    model = small()

    assert json.loads(json.dumps(model.settings)) == model.settings


def test_a_model_that_was_not_compiled_comes_back_as_it_was(path):
    small(compiled=False).save(path)

    assert load_model(path).settings is None


def test_a_loaded_model_trains(path):
    x, y = blobs()
    model = small()
    model.save(path)

    loaded = load_model(path)
    train(loaded, epochs=12)

    assert loaded.evaluate(x, y, verbose=0, return_dict=True)["accuracy"] > 0.9


def test_with_its_optimizer_training_goes_on_to_the_same_bits(path):
    model = compile_model(residual())
    train(model, epochs=1)
    model.save(path, include_optimizer=True)

    loaded = load_model(path)
    loaded.save(path, include_optimizer=True)
    again = load_model(path)
    for each in (model, loaded, again):
        train(each, epochs=3, initial_epoch=1)

    assert same_weights(loaded, model)
    assert same_weights(again, model)


def test_without_its_optimizer_the_file_is_smaller_and_training_starts_anew(path):
    model = small()
    train(model, epochs=1)
    model.save(path, include_optimizer=True)
    large = path.stat().st_size

    model.save(path)

    loaded = load_model(path)
    assert path.stat().st_size < large - 2 * 4 * model.count_params()
    assert loaded.training_record() is None
    assert same_weights(loaded, model)


def test_a_checkpoint_is_a_model_that_goes_on(path):
    whole, broken = small(), small()
    train(whole, epochs=3)
    train(broken, epochs=2, callbacks=[ModelCheckpoint(path)])

    resumed = load_model(path)
    train(resumed, epochs=3, initial_epoch=2)

    assert same_weights(resumed, whole)


def test_an_onnx_file_is_told_where_to_go(tmp_path):
    with pytest.raises(UnsupportedError, match=r"use fastcnn\.onnx\.load"):
        load_model(tmp_path / "model.onnx")


def test_a_file_that_is_cut_short_is_refused(path):
    small().save(path)
    content = path.read_bytes()
    for length in range(0, len(content), 97):
        path.write_bytes(content[:length])
        with pytest.raises(FileFormatError, match=r"model\.fcnn"):
            load_model(path)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"records": {}}, "'records' no list"),
        ({"name": 3}, "'name' is no text"),
        ({"training": []}, "'training' is no object"),
        ({"records": [{"kind": "prune"}]}, "a record must hold"),
        ({"settings": 3}, "not what compile"),
        ({"settings": {"metrics": []}}, "'settings' cannot be understood"),
        (
            {"settings": {"optimizer": {"class_name": "os.system", "config": {}}, "metrics": []}},
            "'settings' cannot be understood",
        ),
        (
            {
                "settings": {
                    "optimizer": {"class_name": "SGD", "config": {"momentum": "x"}},
                    "loss": "mse",
                    "metrics": [],
                }
            },
            "'settings' cannot be understood",
        ),
    ],
)
def test_what_belongs_to_the_model_is_checked(extra, message, path):
    file.save(path, small().graph, extra=extra)

    with pytest.raises(FileFormatError, match=rf"model\.fcnn': .*{message}"):
        load_model(path)


def test_a_graph_alone_is_a_model(path):
    model = small()
    file.save(path, model.graph)

    loaded = load_model(path)

    assert (loaded.name, loaded.settings, loaded.records) == ("model", None, ())
    assert same_weights(loaded, model)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"step": 1, "epoch": 1, "seed": 1}, "another optimizer|one side only"),
        ({"step": "1", "epoch": 1, "seed": 1}, "no integer"),
    ],
)
def test_a_training_record_that_does_not_fit_is_refused_when_training_goes_on(
    record, message, path
):
    model = small()
    extra = {"settings": model.settings, "training": record}
    file.save(path, model.graph, extra=extra)

    with pytest.raises(ValueError, match=message):
        load_model(path).fit(*blobs(), verbose=0)
