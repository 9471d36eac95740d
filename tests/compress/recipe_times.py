"""Times in proportion to the weights that are left, for tests that measure recipes."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from fastcnn.compress.choose.promise import Times
from fastcnn.models import Model
from fastcnn.ops.statistics import statistics

_MODULES = ("recipes.measured", "recipes.comparison", "search.search")


def times(before: Model, after: Model, **_: Any) -> Times:
    """A nanosecond a weight."""
    old, new = (1e-6 * statistics(one.graph).nonzeros for one in (before, after))
    return Times(old, new, old / new)


def use(patch: pytest.MonkeyPatch, function: Callable[..., Times] = times) -> None:
    """Has `function` take the place of measuring."""
    for name in _MODULES:
        module = import_module(f"fastcnn.compress.{name}")
        patch.setattr(module, "times_in_fresh_process", function)
