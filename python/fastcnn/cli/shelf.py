"""Keeps what a long command has finished, so that it can be stopped and go on."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fastcnn.cli.networks import open_model
from fastcnn.cli.output import Output
from fastcnn.errors import FastcnnError
from fastcnn.graph.atomic import write_atomically
from fastcnn.models import Model
from fastcnn.report import Curve


@dataclass(frozen=True)
class Piece:
    """A finished stage.

    Args:
        name: Of the stage and its files.
        model: What it made.
        path: Where that is kept.
        digest: SHA-256 of that file.
        curve: How it was trained; None where it was not.
    """

    name: str
    model: Model
    path: Path
    digest: str
    curve: Curve | None


class Shelf:
    """A folder of finished stages: each a model file and a note of the settings that made it."""

    def __init__(self, folder: Path, output: Output) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._output = output

    def stage(
        self,
        name: str,
        title: str,
        settings: Mapping[str, Any],
        make: Callable[[], tuple[Model, Curve | None]],
        *,
        parents: tuple[Piece, ...] = (),
    ) -> Piece:
        """The piece of that name: what is kept, if settings and parents agree, or a new one.

        Args:
            name: Of the files.
            title: What happens, for the progress.
            settings: Everything the result depends on, beside the parents.
            make: Makes the model.
            parents: What it is made of.
        """
        path, note = self._folder / f"{name}.fcnn", self._folder / f"{name}.json"
        wanted = {**settings, "parents": [parent.digest for parent in parents]}
        kept = self._kept(name, path, note, wanted)
        if kept is not None:
            self._output.say(f"{title}: kept from an earlier run")
            return kept
        self._output.say(title)
        start = time.perf_counter()
        model, curve = make()
        model.save(path)
        digest = _digest(path)
        entry = {"settings": wanted, "digest": digest, "curve": curve and asdict(curve)}
        write_atomically(note, json.dumps(entry, indent=2).encode())
        self._output.say(f"  done in {time.perf_counter() - start:.0f} s")
        return Piece(name, model, path, digest, curve)

    def _kept(self, name: str, path: Path, note: Path, wanted: Mapping[str, Any]) -> Piece | None:
        try:
            entry = json.loads(note.read_text(encoding="utf-8"))
            if entry["settings"] != wanted or entry["digest"] != _digest(path):
                return None
            curve = entry["curve"] and Curve(**{k: tuple(v) for k, v in entry["curve"].items()})
            return Piece(name, open_model(path), path, entry["digest"], curve)
        except (OSError, ValueError, KeyError, TypeError, FastcnnError):
            return None  # not there, of an interrupted run, or damaged: made anew


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
