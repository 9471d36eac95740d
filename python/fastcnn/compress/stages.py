"""The steps of a compression in a folder: killed at any moment, it goes on from there."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from fastcnn import random
from fastcnn.errors import CompressionError
from fastcnn.graph.atomic import write_atomically
from fastcnn.models import Model, load_model
from fastcnn.train.callbacks import BackupAndRestore, Callback

_WORK = "work.json"
_Told = TypeVar("_Told")

Made = Callable[[Sequence[Callback]], Model]
"""Makes the model of a step; trains with these callbacks beside its own."""


class Stages:
    """What is done of one compression.

    A step that is done is a file, and is read instead of done again. Of the step under way the
    training is backed up after every epoch; what else it does, it does anew, with the same chance.

    Args:
        folder: For one compression at a time, made if need be; None: nothing is kept.
        action: For messages.
        models: What is compressed.
        arguments: What else the result follows from; arrays among it count by their bytes.

    Raises:
        CompressionError: The folder holds the steps of other work.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] | None,
        action: str,
        models: Iterable[Model],
        arguments: Mapping[str, Any],
    ) -> None:
        self._folder = None if folder is None else Path(folder)
        if self._folder is None:
            return
        work = {"action": action, "fingerprint": _fingerprint(models, arguments)}
        path = self._folder / _WORK
        self._folder.mkdir(parents=True, exist_ok=True)
        if not path.exists() and any(
            not p.name.startswith(f".{_WORK}") for p in self._folder.iterdir()
        ):
            raise CompressionError(
                f"{action}: state_dir '{self._folder}' holds files of another kind; give a new or "
                "empty folder"
            )
        if path.exists():
            if json.loads(path.read_text(encoding="utf-8")) != work:
                raise CompressionError(
                    f"{action}: '{self._folder}' holds steps of other work (another model, other "
                    "data or arguments, another machine or version); give another state_dir, or "
                    "remove the folder"
                )
        else:
            write_atomically(path, json.dumps(work).encode())

    def step(self, name: str, make: Made, *, of: Any = None, trains: bool = True) -> Model:
        """The model of a step.

        Args:
            name: Of the step, with `of` unlike all others of this compression.
            make: Called where the step is not done yet.
            of: What else the step follows from, as JSON can hold it.
            trains: Whether `make` trains once, which draws from the stream of shuffling.
        """
        if self._folder is None:
            return make(())
        name = _name(name, of)
        path = self._folder / f"{name}.fcnn"
        if path.exists():
            if trains:
                random.generator("shuffle")
            return load_model(path)
        model = make((BackupAndRestore(self._folder / name),))
        model.save(path)
        return model

    def told(self, name: str, of: Any, tell: Callable[[], _Told]) -> _Told:
        """What a step tells, as JSON can hold it.

        Args:
            name: Of the step, with `of` unlike all others of this compression.
            of: What the step follows from, as JSON can hold it.
            tell: Called where the step is not done yet; makes no use of the stream of shuffling.
        """
        if self._folder is None:
            return tell()
        path = self._folder / f"{_name(name, of)}.json"
        if path.exists():
            kept: _Told = json.loads(path.read_text(encoding="utf-8"))["told"]
            return kept
        value = tell()
        write_atomically(path, json.dumps({"of": of, "told": value}).encode())
        return value


def _name(name: str, of: Any) -> str:
    if of is None:
        return name
    return f"{name}-{hashlib.sha256(json.dumps(of).encode()).hexdigest()[:12]}"


def _fingerprint(models: Iterable[Model], arguments: Mapping[str, Any]) -> str:
    digest = hashlib.sha256()
    for model in models:
        digest.update(str(model.graph).encode())
        _feed(digest, model.settings)
        for value in model.graph.parameters.values():
            _feed(digest, value.data)
    for name in sorted(arguments):
        digest.update(name.encode())
        _feed(digest, arguments[name])
    return digest.hexdigest()


def _feed(digest: Any, value: Any) -> None:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        digest.update(f"{value.dtype}{value.shape}".encode())
        digest.update(np.ascontiguousarray(value).data)
    elif isinstance(value, Mapping):
        for key in value:
            digest.update(str(key).encode())
            _feed(digest, value[key])
    elif isinstance(value, tuple | list | frozenset):
        for part in sorted(value) if isinstance(value, frozenset) else value:
            _feed(digest, part)
    elif value is None or isinstance(value, str | int | float):
        digest.update(repr(value).encode())
    else:
        digest.update(getattr(value, "__qualname__", type(value).__qualname__).encode())
