"""Whether `optimize(target_speedup=...)` keeps its promise, and what it gains over uniform pruning.

    python benchmarks/compression_speed.py --folder FOLDER --seeds 1,2,3 [--targets 2,3,4]
    python benchmarks/compression_speed.py --folder FOLDER --archive cifar10.npz --models A,B,C
    python benchmarks/compression_speed.py ... --measure

FOLDER holds the models that compression_mnist.py trained, dense_1.fcnn and so on; or A, B and C are
files that examples/train_cifar_resnet20.py wrote. `optimize` makes a model for each target; beside
it the same share of the channels of all layers goes by magnitude, the share that is measured to
reach the same speed, and what is left is fine-tuned as `optimize` does it: as many epochs, with the
model given as its teacher. The accuracy is that on the 10,000 test images, which neither saw.

`--measure` then times all models beside the original, in fresh processes, and prints the table.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from cells import Cell, Cells, markdown, spread
from compression_mnist import build, figures, load

import fastcnn as fc
from fastcnn import compress, models
from fastcnn.compress.choose.promise import times_in_fresh_process

sys.path.append(str(Path(__file__).parents[1] / "examples"))
from train_cifar_resnet20 import MOVED, load_split, recipe

NEAR, MOST_HALVINGS = 0.02, 10
CIFAR_RATE = 0.05
MAKERS = ("optimize", "uniform")


class Task:
    """Models of one network, one a seed, and the data they were trained on.

    Args:
        options: Of the command line.
    """

    def __init__(self, options: Any) -> None:
        self._archive: Path | None = options.archive
        self._folder: Path = options.folder
        self._quick: bool = options.quick
        names = options.models.split(",") if options.models else []
        self.paths = dict(enumerate(map(Path, names), 1)) or {
            int(seed): self._folder / f"dense_{seed}.fcnn" for seed in options.seeds.split(",")
        }
        self.fitting: dict[str, Any] = {} if self._archive is None else {"augment": MOVED}

    def read(self, seed: int) -> models.Model:
        """The model to shrink, compiled for fine-tuning."""
        given = models.load_model(self.paths[seed])
        if self._archive is not None:
            given.compile(**recipe(CIFAR_RATE))
            return given
        model = build()
        model.set_weights(given.get_weights())
        return model

    def load(self) -> tuple[Any, Any]:
        """Images to learn from, and test images."""
        if self._archive is None:
            return load(2560 if self._quick else 60_000)
        with np.load(self._archive, allow_pickle=False) as archive:
            (x, y), test = (load_split(archive, split) for split in ("train", "test"))
        few = 2560 if self._quick else None
        return (x[:few], y[:few]), test

    def result(self, seed: int, target: float, maker: str) -> Path:
        """Where a result lies."""
        return self._folder / f"{maker}_{target:g}x_{seed}.fcnn"


def ours(
    model: models.Model, target: float, train: Any, fitting: dict[str, Any], options: Any
) -> tuple[Any, Cell]:
    """By `optimize`."""
    fc.set_random_seed(0)
    result = compress.optimize(
        model,
        train,
        target_speedup=target,
        epochs=options.epochs,
        threads=options.threads,
        say=partial(print, flush=True),
        **fitting,
    )
    return result.model, {"promised": result.before["ms"] / result.after["ms"], "met": result.met}


def uniform(
    model: models.Model, target: float, train: Any, fitting: dict[str, Any], options: Any
) -> tuple[Any, Cell]:
    """The same share of the channels of every layer, found by halving what it may be."""
    low, high = 0.0, 0.95
    share, pruned, got = 0.0, model, 1.0
    for _ in range(MOST_HALVINGS):
        share = (low + high) / 2
        pruned = compress.prune(model, structure="channel", sparsity=share)
        got = times_in_fresh_process(model, pruned, batch=1, threads=options.threads).speedup
        print(f"uniform {share:.3f}: {got:.2f}x", flush=True)
        if abs(got / target - 1) <= NEAR:
            break
        low, high = (share, high) if got < target else (low, share)
    fc.set_random_seed(0)
    tuned = compress.fine_tune(pruned, train, epochs=options.epochs, teacher=model, **fitting)
    return tuned, {"promised": got, "share": share}


def make(
    task: Task, seed: int, target: float, maker: str, options: Any, train: Any, test: Any
) -> Callable[[], Cell]:
    """The work of a cell."""

    def work() -> Cell:
        model = task.read(seed)
        how = ours if maker == "optimize" else uniform
        result, told = how(model, target, train, task.fitting, options)
        result.save(task.result(seed, target, maker))
        dense = figures(model, test)["accuracy"]
        return {"epochs": options.epochs, "dense": dense, **told, **figures(result, test)}

    return work


def measure(task: Task, seed: int, target: float, maker: str, options: Any) -> Cell:
    """The speed of a result, once more."""
    dense = models.load_model(task.paths[seed])
    result = models.load_model(task.result(seed, target, maker))
    times = times_in_fresh_process(
        dense, result, batch=1, threads=options.threads, processes=options.processes
    )
    return {"speedup": times.speedup, "before_ms": times.before_ms, "after_ms": times.after_ms}


def table(made: Cells, measured: Cells, targets: list[float]) -> str:
    """Means and deviations over seeds."""
    rows = []
    for target in targets:
        for maker in MAKERS:
            key = {"target": target, "maker": maker}
            found = [c for c in made.done if key.items() <= c.items()]
            again = [measured.find(**key, seed=c["seed"]) for c in found]
            if not found:
                continue
            speeds = [c["speedup"] for c in again if c is not None]
            off = [f"{100 * (s / target - 1):+.1f}" for s in speeds]
            rows.append(
                [
                    f"{target:g}x",
                    "`optimize`" if maker == "optimize" else "uniform",
                    str(len(found)),
                    spread([c["promised"] for c in found]),
                    spread(speeds) if speeds else "",
                    ", ".join(off),
                    spread([100 * c["accuracy"] for c in found]),
                    spread([100 * (c["dense"] - c["accuracy"]) for c in found]),
                ]
            )
    header = ["asked", "by", "seeds", "measured then", "measured again", "off, %"]
    return markdown([*header, "accuracy, %", "points lost"], rows)


def main() -> None:
    """Runs what is missing and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="for results")
    parser.add_argument("--archive", type=Path, help="CIFAR-10 instead of MNIST")
    parser.add_argument("--models", help="files of models, one a seed")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--targets", default="2,3,4")
    parser.add_argument("--makers", default=",".join(MAKERS))
    parser.add_argument("--epochs", type=int, default=3, help="of fine-tuning")
    parser.add_argument("--threads", type=int, default=1, help="of a timed call")
    parser.add_argument("--train-threads", type=int, default=fc.get_num_threads())
    parser.add_argument("--processes", type=int, default=5, help="of each measurement, odd")
    parser.add_argument("--measure", action="store_true", help="measure what is made, once more")
    parser.add_argument("--quick", action="store_true", help="few images and an epoch, as a test")
    options = parser.parse_args()
    fc.set_num_threads(options.train_threads)
    options.epochs = 1 if options.quick else options.epochs
    options.folder.mkdir(parents=True, exist_ok=True)
    task = Task(options)
    targets = [float(target) for target in options.targets.split(",")]
    made = Cells(options.folder / "speed.jsonl")
    measured = Cells(options.folder / "speed_again.jsonl")
    makers = options.makers.split(",")
    keys = [(seed, t, maker) for seed in task.paths for t in targets for maker in makers]
    if options.measure:
        for seed, target, maker in keys:
            if made.find(seed=seed, target=target, maker=maker):
                work = partial(measure, task, seed, target, maker, options)
                measured.run(work, seed=seed, target=target, maker=maker)
    else:
        train, test = task.load()
        for seed, target, maker in keys:
            work = make(task, seed, target, maker, options, train, test)
            made.run(work, seed=seed, target=target, maker=maker)
    print(table(made, measured, targets))


if __name__ == "__main__":
    main()
