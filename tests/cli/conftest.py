"""A command line to call, and small things to call it on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fastcnn.cli.frame import execute
from fastcnn.cli.main import fastcnn


@dataclass(frozen=True)
class Result:
    """How a run of the command line ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer of a command that was given --json."""
        return json.loads(self.out)


Call = Callable[..., Result]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs `fastcnn` with arguments."""

    def run(*arguments: object) -> Result:
        code = execute(fastcnn, [str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def squares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of three classes: a bright square at the top, in the middle or at the bottom."""
    rng = np.random.default_rng(0)

    def draw(count: int) -> tuple[np.ndarray, np.ndarray]:
        y = np.arange(count) % 3
        x = rng.integers(0, 80, (count, 18, 18, 1))
        for image, label in zip(x, y, strict=True):
            image[6 * label : 6 * label + 6, 6:12] = 230
        return x.astype(np.uint8), y.astype(np.int64)

    (x_train, y_train), (x_test, y_test) = draw(240), draw(60)
    path = tmp_path_factory.mktemp("data") / "squares.npz"
    np.savez(path, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    return path


@pytest.fixture(scope="session")
def trained(squares: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file that tells the squares apart."""
    path = tmp_path_factory.mktemp("models") / "squares.fcnn"
    arguments = ["train", "--data", squares, "--epochs", 4, "--batch-size", 16, "--output", path]
    assert execute(fastcnn, [str(argument) for argument in arguments]) == 0
    return path
