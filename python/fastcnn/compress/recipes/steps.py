"""The steps a recipe can have, by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from fastcnn.compress.choose import optimize
from fastcnn.compress.cut import cut
from fastcnn.compress.fuse import fuse
from fastcnn.compress.prune import prune
from fastcnn.compress.recover import fine_tune
from fastcnn.models import Model, load_model

Run = Callable[[Model, Any, dict[str, Any]], Model]
"""From a model, data and arguments to a model."""


def _prune(model: Model, data: Any, arguments: dict[str, Any]) -> Model:
    return prune(model, data=data, **arguments)


def _cut(model: Model, data: Any, arguments: dict[str, Any]) -> Model:
    return cut(model, data=data, **arguments)


def _fuse(model: Model, data: Any, arguments: dict[str, Any]) -> Model:
    others = [load_model(path) for path in arguments.pop("models")]
    return fuse([model, *others], data=data, **arguments)


def _fine_tune(model: Model, data: Any, arguments: dict[str, Any]) -> Model:
    return fine_tune(model, data, **arguments)


def _optimize(model: Model, data: Any, arguments: dict[str, Any]) -> Model:
    return optimize(model, data, **arguments).model


_STEPS: dict[str, tuple[Run, Callable[..., Any]]] = {
    "prune": (_prune, prune),
    "cut": (_cut, cut),
    "fuse": (_fuse, fuse),
    "fine_tune": (_fine_tune, fine_tune),
    "optimize": (_optimize, optimize),
}
_GIVEN = frozenset(("model", "models", "data", "say", "state_dir"))
"""Arguments that a recipe does not state."""
_TRAINING = frozenset(
    (
        *("batch_size", "class_weight", "learning_rate", "schedule_epochs", "shuffle"),
        *("alpha", "temperature", "verbose"),
    )
)
"""Arguments of `fine_tune` that steps pass on."""

NAMES = tuple(_STEPS)


def run_of(name: str) -> Run:
    """What the step of that name does."""
    return _STEPS[name][0]


def arguments_of(name: str) -> list[str]:
    """The arguments that a step takes, sorted."""
    parameters = inspect.signature(_STEPS[name][1]).parameters.values()
    named = {one.name for one in parameters if one.kind is not one.VAR_KEYWORD}
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        named |= _TRAINING
    return sorted(named - _GIVEN)


def takes_seed(name: str) -> bool:
    """Whether a step draws by chance."""
    return "seed" in arguments_of(name)


def keeps_state(name: str) -> bool:
    """Whether a step itself goes on from a folder after it was stopped."""
    return "state_dir" in inspect.signature(_STEPS[name][1]).parameters
