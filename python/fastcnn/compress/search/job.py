"""What all processes of a search share: the model, the data, the recipe, in a folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fastcnn.compress.choose.provenance import hash_of_data, hash_of_graph, versions
from fastcnn.compress.search.space import Space
from fastcnn.errors import InvalidValueError
from fastcnn.graph.atomic import write_atomically
from fastcnn.models import Model, load_model


@dataclass(frozen=True)
class Job:
    """A search.

    Args:
        folder: For everything that lasts.
        model: To compress.
        space: The recipe with choices.
        data: What recipes learn and measure on.
        test: What results are tested on.
        seed: Of every recipe, and of the choices.
        batch: Samples a call, for times.
        threads: Threads a call uses.
    """

    folder: Path
    model: Model
    space: Space
    data: Any
    test: Any
    seed: int
    batch: int
    threads: int

    @property
    def origin(self) -> dict[str, Any]:
        """What trials of one folder have in common."""
        return {
            "model": hash_of_graph(self.model.graph),
            "data": None if self.data is None else hash_of_data(self.data),
            "test": hash_of_data(self.test),
            "recipe": json.loads(json.dumps(self.space.data)),
            "seed": self.seed,
            "batch": self.batch,
            "threads": self.threads,
            "versions": versions(),
        }

    def write(self) -> None:
        """Puts the job into its folder, for other processes."""
        self.model.save(self.folder / "model.fcnn")
        arrays: list[Any] = []
        form = {"data": _taken_apart(self.data, arrays), "test": _taken_apart(self.test, arrays)}
        for i, array in enumerate(arrays):
            if array.dtype.hasobject:
                raise InvalidValueError(
                    "search: data of type object cannot be given to other processes; give arrays "
                    "of numbers, or processes=1"
                )
            np.save(self.folder / f"data-{i}.npy", array, allow_pickle=False)
        settings = {
            "space": asdict(self.space),
            "seed": self.seed,
            "batch": self.batch,
            "threads": self.threads,
            "form": form,
        }
        write_atomically(self.folder / "job.json", json.dumps(settings).encode())


def read_job(folder: Path) -> Job:
    """The job that `Job.write` put there."""
    settings = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    form = settings["form"]
    return Job(
        folder,
        load_model(folder / "model.fcnn"),
        Space(**settings["space"]),
        _put_together(form["data"], folder),
        _put_together(form["test"], folder),
        *(settings[name] for name in ("seed", "batch", "threads")),
    )


def _taken_apart(data: Any, arrays: list[Any]) -> Any:
    """The form of `data`, whose arrays are appended to `arrays`."""
    if data is None:
        return None
    if isinstance(data, dict):
        return {"dict": {name: _taken_apart(one, arrays) for name, one in data.items()}}
    if isinstance(data, tuple | list) and data and not np.isscalar(data[0]):
        return {"tuple": [_taken_apart(one, arrays) for one in data]}
    arrays.append(np.asarray(data))
    return {"array": len(arrays) - 1}


def _put_together(form: Any, folder: Path) -> Any:
    if form is None:
        return None
    if "dict" in form:
        return {name: _put_together(one, folder) for name, one in form["dict"].items()}
    if "tuple" in form:
        return tuple(_put_together(one, folder) for one in form["tuple"])
    return np.load(folder / f"data-{form['array']}.npy", mmap_mode="r", allow_pickle=False)
