"""Runs recipes step by step, and goes on where a run was stopped."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastcnn.compress.choose.provenance import hash_of_data, hash_of_graph, versions
from fastcnn.compress.recipes.recipe import Recipe
from fastcnn.compress.recipes.steps import keeps_state, run_of, takes_seed
from fastcnn.compress.record import Record
from fastcnn.errors import CompressionError, FastcnnError
from fastcnn.graph.atomic import write_atomically
from fastcnn.models import Model, load_model
from fastcnn.random import set_random_seed


def run_recipe(
    model: Model,
    recipe: Recipe,
    data: Any = None,
    *,
    state_dir: str | os.PathLike[str] | None = None,
    say: Callable[[str], None] | None = None,
) -> Model:
    """The model that the steps of a recipe make of `model`.

    Args:
        model: Left as it is.
        recipe: What to do.
        data: (x, y), or x alone, for the steps that look at data.
        state_dir: A folder where finished steps are kept, so that the same call goes on after it
            was stopped; steps of another model, recipe, data or version are made anew.
        say: Takes each line of the log as it is written.

    Returns:
        The result. Its last record, "recipe", holds recipe, seed, versions, hashes and log.

    Raises:
        CompressionError: A step failed; the message names it and its arguments.
    """
    log: list[str] = []

    def tell(line: str) -> None:
        log.append(line)
        if say is not None:
            say(line)

    hashes = {
        "model": hash_of_graph(model.graph),
        "data": None if data is None else hash_of_data(data),
    }
    shelf = None if state_dir is None else _Shelf(Path(state_dir), hashes)
    current = model
    for number, step in enumerate(recipe.steps, 1):
        title = f"step {number} of {len(recipe.steps)}, {step.action}"
        done = recipe.to_json() | {"steps": recipe.to_json()["steps"][:number], "name": ""}
        kept = None if shelf is None else shelf.find(number, done)
        if kept is not None:
            tell(f"{title}: kept from an earlier run")
            current = kept
            continue
        start = time.perf_counter()
        arguments = dict(step.arguments)
        if takes_seed(step.action):
            arguments.setdefault("seed", recipe.seed)
        if shelf is not None and keeps_state(step.action):
            arguments["state_dir"] = shelf.folder_of(number, done)
        set_random_seed(recipe.seed)
        try:
            current = run_of(step.action)(current, data, arguments)
        except (FastcnnError, TypeError) as error:
            raise CompressionError(
                f"{recipe.name}, step {number} ({step.action}, {dict(step.arguments)}): {error}"
            ) from error
        if shelf is not None:
            shelf.keep(number, done, current)
        last = current.records[-1].text if current.records else ""
        tell(f"{title}: {time.perf_counter() - start:.1f} s. {last}".rstrip(". "))
    record = Record(
        "recipe",
        f"made by the recipe '{recipe.name}', {len(recipe.steps)} steps",
        {
            "recipe": recipe.to_json(),
            "seed": recipe.seed,
            "versions": versions(),
            "hashes": hashes,
            "log": log,
        },
    )
    return current.with_graph(current.graph, record)


class _Shelf:
    """A folder of finished steps: a model file each, and a note of what made it."""

    def __init__(self, folder: Path, hashes: dict[str, str | None]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._base = {"hashes": hashes, "versions": versions()}

    def find(self, number: int, done: dict[str, Any]) -> Model | None:
        """The model after a step; None where it was not finished, or was made of other things."""
        path, note = self._paths(number)
        try:
            entry = json.loads(note.read_text(encoding="utf-8"))
            if entry["wanted"] != self._wanted(done) or entry["digest"] != _digest(path):
                return None
            return load_model(path)
        except (OSError, ValueError, KeyError, TypeError, FastcnnError):
            return None

    def keep(self, number: int, done: dict[str, Any], model: Model) -> None:
        """Writes the model, then its note; stopped between the two, the step counts for none."""
        path, note = self._paths(number)
        model.save(path)
        entry = {"wanted": self._wanted(done), "digest": _digest(path)}
        write_atomically(note, json.dumps(entry, indent=2).encode())

    def folder_of(self, number: int, done: dict[str, Any]) -> Path:
        """For what a step keeps itself, of this work alone."""
        digest = hashlib.sha256(json.dumps(self._wanted(done), sort_keys=True).encode())
        return self._folder / f"step-{number}-{digest.hexdigest()[:12]}"

    def _wanted(self, done: dict[str, Any]) -> Any:
        return json.loads(json.dumps({**self._base, "done": done}))

    def _paths(self, number: int) -> tuple[Path, Path]:
        return self._folder / f"step-{number}.fcnn", self._folder / f"step-{number}.json"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
