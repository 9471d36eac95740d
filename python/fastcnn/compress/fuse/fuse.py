"""Fusing: layers of several trained models become layers of one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fastcnn.compress.fuse.compact import align
from fastcnn.compress.fuse.exact import fuse_exact
from fastcnn.compress.fuse.layerwise import mixed
from fastcnn.compress.fuse.repair import repair
from fastcnn.compress.fuse.soup import greedy_soup
from fastcnn.compress.quality import Quality, quality
from fastcnn.compress.record import recorded
from fastcnn.compress.recover import fine_tune, recalibrate
from fastcnn.compress.samples import Samples, read_data
from fastcnn.compress.stages import Stages
from fastcnn.errors import CompressionError, InvalidValueError
from fastcnn.graph import Graph
from fastcnn.models import Model
from fastcnn.train.data import read_inputs
from fastcnn.typing import Array

METHODS = ("auto", "exact", "compact", "uniform", "greedy", "distilled")


def fuse(
    models: Sequence[Model],
    *,
    data: Any = None,
    validation_data: Any = None,
    method: str = "auto",
    layers: Mapping[str, str | int] | None = None,
    epochs: int = 1,
    samples: int = 1024,
    seed: int = 0,
    state_dir: str | os.PathLike[str] | None = None,
    **fine_tuning: Any,
) -> Model:
    """One model made of several that are built alike.

    - "exact": layers side by side, outputs averaged. Equal to the ensemble, to rounding; as large
      as all models together.
    - "compact": neurons matched, weights averaged, statistics repaired, then fine-tuned. As large
      as one model.
    - "uniform": weights averaged as they are (a soup), for models trained on from one start.
    - "greedy": the same of those models that make the soup no worse on `validation_data`.
    - "distilled": the best of the models, fine-tuned with the exact form as its teacher; `data` may
      go without labels.
    - "auto": exact, compact and greedy are tested on `validation_data`, and the most accurate one
      is returned. Without validation data it is the exact form.

    With validation data the record tells the figures, those of the models among them, and a form
    that is worse than the best of the models is not kept: that model is returned instead.

    Args:
        models: Two or more; left as they are. The first gives names and settings.
        data: Samples and labels. The compact form matches neurons by activations on them and is
            fine-tuned on them; without, it matches weights. Soups measure the statistics of batch
            normalisation on them.
        validation_data: Samples and labels to test on.
        method: As above.
        layers: Of the compact and the uniform form: where a layer comes from, by its name:
            "average", or the place of a model, from 0. Layers not named are averaged.
        epochs: Epochs of fine-tuning of the compact and the distilled form, if there are data.
        samples: How many of `data` neurons are matched on, at most.
        seed: Of all chance.
        state_dir: Folder for what is done: killed, the same call goes on from there. To be removed
            afterwards.
        **fine_tuning: As `compress.fine_tune` takes it.

    Raises:
        CompressionError: The models are not built alike; the message tells the first difference.
        DataError: The data cannot be used.
        InvalidValueError: An argument is outside its limits.
    """
    models = list(models)
    if len(models) < 2:
        raise CompressionError(f"fuse: takes two models or more, given were {len(models)}")
    if method not in METHODS:
        raise InvalidValueError(
            f"fuse: method must be one of {', '.join(METHODS)}, it is '{method}'"
        )
    if layers is not None and method not in ("compact", "uniform"):
        raise InvalidValueError(
            f"fuse: layers can be chosen in method='compact' or 'uniform', it is '{method}'"
        )
    tested_on = (
        None
        if validation_data is None
        else read_data("fuse: validation_data", models[0].graph, validation_data)
    )
    if tested_on is None and method == "greedy":
        raise CompressionError(
            "fuse: method='greedy' tests as it goes; give validation_data=(x, y)"
        )
    work = {"how": (method, layers, epochs, samples, seed), "data": data}
    stages = Stages(state_dir, "fuse", models, work)
    fusion = _Fusion(
        models, data, tested_on, layers or {}, epochs, samples, seed, fine_tuning, stages
    )
    if method == "auto":
        names = ["exact"] if tested_on is None else ["exact", "compact", "greedy"]
    else:
        names = [method]
    made = {name: fusion.make(name) for name in names}
    alone = {} if tested_on is None else fusion.alone()
    tested = {} if tested_on is None else {
        **{name: quality(model, tested_on) for name, model in made.items()}, **alone
    }  # fmt: skip
    winner = names[0]
    for name, result in tested.items():
        if result.better_than(tested[winner]):
            winner = name
    text = f"fused {len(models)} models into one ({winner})"
    if winner in alone:
        text = f"no form of {len(models)} models fused is better than {winner}, which is kept"
    table = [
        {"form": name, "loss": result.loss, "accuracy": result.accuracy}
        for name, result in tested.items()
    ]
    details = {"method": winner, "models": len(models), "table": table, **fusion.details}
    graph = (made | fusion.singles())[winner].graph
    return recorded(models[0], graph, "fuse", text + _compared(tested), details)


@dataclass
class _Fusion:
    """One call of `fuse`, and the forms that it makes."""

    models: list[Model]
    data: Any
    tested_on: Samples | None
    layers: Mapping[str, str | int]
    epochs: int
    samples: int
    seed: int
    fine_tuning: dict[str, Any]
    stages: Stages
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def graphs(self) -> list[Graph]:
        return [model.graph for model in self.models]

    def make(self, name: str) -> Model:
        makers: dict[str, Callable[[], Graph]] = {
            "exact": lambda: fuse_exact(self.graphs),
            "compact": self.compact,
            "uniform": self.uniform,
            "greedy": self.greedy,
            "distilled": self.distilled,
        }
        return self.models[0].with_graph(makers[name]())

    def singles(self) -> dict[str, Model]:
        """The models as they are, with the settings of the first."""
        return {
            f"model {i + 1}": self.models[0].with_graph(graph)
            for i, graph in enumerate(self.graphs)
        }

    def alone(self) -> dict[str, Quality]:
        """How good each of them is."""
        assert self.tested_on is not None
        return {name: quality(model, self.tested_on) for name, model in self.singles().items()}

    def drawn(self) -> dict[str, Array] | None:
        """Samples without labels; None where there are no data."""
        if self.data is None:
            return None
        labelled = isinstance(self.data, tuple | list) and len(self.data) == 2
        x = read_inputs(self.graphs[0], self.data[0] if labelled else self.data, caller="fuse")
        count = len(next(iter(x.values())))
        chosen = np.random.default_rng(self.seed).permutation(count)[: self.samples]
        return {name: array[chosen] for name, array in x.items()}

    def compact(self) -> Graph:
        x = self.drawn()
        aligned = align(self.graphs, x)
        merged = mixed(aligned, self.layers)
        if x is None:
            return merged
        merged = recalibrate(merged, x) if self.layers else repair(merged, aligned, x)
        return self.tuned("compact", merged)

    def uniform(self) -> Graph:
        x = self.drawn()
        soup = mixed(self.graphs, self.layers)
        return soup if x is None else recalibrate(soup, x)

    def greedy(self) -> Graph:
        assert self.tested_on is not None
        soup, taken = greedy_soup(self.models[0], self.graphs, self.drawn(), self.tested_on)
        self.details["soup"] = taken
        return soup

    def distilled(self) -> Graph:
        if self.data is None:
            raise CompressionError("fuse: method='distilled' learns; give data=(x, y), or data=x")
        best = self.graphs[0]
        if self.tested_on is not None:
            alone = self.alone()
            places = {name: i for i, name in enumerate(alone)}
            best = self.graphs[
                places[min(alone, key=lambda n: (-(alone[n].accuracy or 0), alone[n].loss))]
            ]
        return self.tuned("distilled", best, teacher=fuse_exact(self.graphs))

    def tuned(self, form: str, graph: Graph, **more: Any) -> Graph:
        model = self.models[0].with_graph(graph)
        given = {**self.fine_tuning, **more}
        callbacks = given.pop("callbacks", ())
        if not self.epochs:
            return graph
        return self.stages.step(
            form,
            lambda kept: fine_tune(
                model, self.data, epochs=self.epochs, callbacks=[*callbacks, *kept], **given
            ),
        ).graph


def _compared(tested: dict[str, Quality]) -> str:
    if not tested:
        return ""
    figures = (
        f"{name} loss {result.loss:.4f}"
        + ("" if result.accuracy is None else f", accuracy {result.accuracy:.4f}")
        for name, result in tested.items()
    )
    return "; on validation data: " + "; ".join(figures)
