"""Every registered class goes to plain data and back."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fastcnn.errors import InvalidValueError
from fastcnn.train import deserialize, serialize
from fastcnn.train.losses import losses
from fastcnn.train.metrics import metrics
from fastcnn.train.optimizers import SGD, Adam, optimizers
from fastcnn.train.regularizers import L1L2, regularizers
from fastcnn.train.schedules import CosineDecay, WarmUp, schedules

REGISTRIES = [optimizers, schedules, losses, metrics, regularizers]
EVERY = sorted(
    {registry.find(name) for registry in REGISTRIES for name in registry.names()},
    key=lambda cls: cls.__name__,
)
NESTED = [Adam(WarmUp(CosineDecay(0.1, 100), 10)), SGD(0.1, momentum=0.9), L1L2(0.1, 0.2)]


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__name__)
def test_every_class_goes_through_json_and_back(cls):
    made = deserialize(json.loads(json.dumps(serialize(cls()))))

    assert made == cls()
    assert type(made) is cls


def test_numpy_numbers_become_plain_ones():
    config = serialize(WarmUp(np.float32(0.5), np.int64(25)))

    assert json.dumps(config["config"]) == '{"schedule": 0.5, "warmup_steps": 25}'


@pytest.mark.parametrize("obj", NESTED, ids=str)
def test_arguments_go_through_json_and_back(obj):
    assert deserialize(json.loads(json.dumps(serialize(obj)))) == obj


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.kind)
def test_a_config_is_taken_in_place_of_an_object(registry):
    obj = registry.get(registry.names()[0])

    assert registry.get(serialize(obj)) == obj


def test_the_kinds_are_kept_apart():
    with pytest.raises(InvalidValueError, match="is no loss; give a name"):
        losses.get(Adam())


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"class_name": "Popen", "config": {}}, "'Popen' is no registered class"),
        ({"class_name": "Adam"}, "expected {'class_name': ..., 'config': {...}}"),
        ({"class_name": "Adam", "config": {"args": 1}}, r"Adam takes no argument \['args'\]"),
        ({"class_name": "Adam", "config": {"epsilon": "x"}}, "Adam cannot take {'epsilon': 'x'}"),
        ({"class_name": "Adam", "config": {"learning_rate": []}}, r"learning_rate is \[\]"),
    ],
)
def test_strange_configs_are_refused(config, message):
    with pytest.raises(InvalidValueError, match=message):
        deserialize(config)


def test_objects_of_other_classes_are_refused():
    with pytest.raises(InvalidValueError, match="of no registered class"):
        serialize(object())
