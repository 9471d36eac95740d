"""ResNet-20 on CIFAR-10 (JPEG): pruned, cut and fused, and how much faster that is.

    python benchmarks/compression_cifar.py cifar10_jpegs.npz --folder FOLDER --models A,B,C
    python benchmarks/compression_cifar.py ... --measure

A, B and C are files that examples/train_cifar_resnet20.py wrote. A is made smaller, all are fused:

- channels: of those between the two convolutions of each residual block half stay, 6 of 16 in the
  first stage and a quarter in the last block: less than half of the multiplications;
- weights: more than 90% of the weights of the 3x3 kernels in the blocks become zero, by magnitude,
  gradually over the first two fifths of the epochs, each layer of a stage alike;
- blocks: three of the nine residual blocks go, each time the one that raises the loss least;
- exact, compact: all of them as one model; compact is as large as one of them;
- taught: A itself, trained on as the others are.

What is left is trained by the recipe of the example from a highest rate of 0.1. It sees 8 views of
each training picture, all moved and every second one mixed with another picture, and mirrored or
not. Targets are a tenth labels and nine tenths what all the models answered to that very view and
its mirror image, asked once: a student learns more from a teacher who looks at the same picture
(Beyer et al., "Knowledge distillation: A good teacher is patient and consistent", CVPR 2022). An
epoch is 50,000 views drawn at random. Six more epochs, from a highest rate of 0.02, see the
pictures as they are, mirrored or not: views have other statistics than the pictures to come (He et
al., "Data Augmentation Revisited", 2019). No step sees test images; the figures are those of the
last epoch.

`--rows views` makes the views alone (5 GB). `--measure` times results beside A in fresh processes,
batch 1. Finished cells are kept in FOLDER; those under way go on where they were stopped.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from cells import Cell, Cells, markdown

import fastcnn as fc
from fastcnn import compress, models
from fastcnn.compress import schedules
from fastcnn.compress.choose.promise import times_in_fresh_process
from fastcnn.ops.statistics import statistics
from fastcnn.train import losses

sys.path.append(str(Path(__file__).parents[1] / "examples"))
from train_cifar_resnet20 import load_split, recipe

RATE, LABELS, BATCH, VIEWS = 0.1, 0.1, 100, 8
PLAIN_RATE, PLAIN_EPOCHS = 0.02, 6
MOVED = fc.augment.RandomCrop(padding=4)
MIXED = fc.augment.MixUp(alpha=1.0)
BETWEEN = {  # the layers of a stage that lead from one convolution of a block to the other
    1: ("conv2d_1", "conv2d_3", "conv2d_5"),
    2: ("conv2d_7", "conv2d_10", "conv2d_12"),
    3: ("conv2d_14", "conv2d_17", "conv2d_19"),
}
SECOND = {
    1: ("conv2d_2", "conv2d_4", "conv2d_6"),
    2: ("conv2d_8", "conv2d_11", "conv2d_13"),
    3: ("conv2d_15", "conv2d_18", "conv2d_20"),
}
STRIDED = ("conv2d_7", "conv2d_14")
CHANNELS = {1: 0.625, 2: 0.5, 3: 0.5}
LAST = {"conv2d_19": 0.75}
WEIGHTS = {1: 0.88, 2: 0.9, 3: 0.905}
CUT = 3
ROWS = {
    "dense": "A",
    "channels": "A, channels",
    "weights": "A, weights",
    "blocks": f"A, {CUT} of 9 blocks cut",
    "exact": "all fused, exact",
    "compact": "all fused, compact",
    "taught": "A, taught by all",
}


def by_layer(shares: dict[int, float], *layers: dict[int, Sequence[str]]) -> dict[str, float]:
    """A share for each layer of each stage."""
    return {name: share for n, share in shares.items() for part in layers for name in part[n]}


class Bench:
    """Models, data, and what is made of them.

    Args:
        options: Of the command line.
    """

    def __init__(self, options: Any) -> None:
        self.options = options
        self.given = [models.load_model(path) for path in options.models.split(",")]
        for model in self.given:
            model.compile(**{**recipe(RATE), "loss": losses.CategoricalCrossentropy()})
        self.dense = self.given[0]

    def _load(self, split: str) -> tuple[np.ndarray, np.ndarray]:
        with np.load(self.options.archive, allow_pickle=False) as archive:
            x, y = load_split(archive, split)
        few = 1000 if self.options.quick else None
        return x[:few], y[:few]

    @cached_property
    def test(self) -> tuple[np.ndarray, np.ndarray]:
        """The 10,000 test images."""
        return self._load("test")

    @cached_property
    def _pictures(self) -> tuple[np.ndarray, np.ndarray]:
        """The 50,000 training images, and their labels one-hot."""
        x, y = self._load("train")
        return x, np.eye(10, dtype=np.float32)[y]

    @property
    def _views(self) -> Path:
        folder: Path = self.options.folder / "views"
        folder.mkdir(exist_ok=True)
        return folder

    def _learnt(self, x: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """What to learn of images."""
        teachers = [compress.mirrored(model) for model in self.given]
        taught = np.mean([t.predict(x, batch_size=BATCH) for t in teachers], axis=0)
        targets: np.ndarray = LABELS * labels + (1 - LABELS) * taught
        return targets

    @cached_property
    def plain(self) -> tuple[np.ndarray, np.ndarray]:
        """The training images as they are, and what to learn of them."""
        path = self._views / "plain.npy"
        if not path.exists():
            np.save(path, self._learnt(*self._pictures))
        return self._pictures[0], np.load(path)

    @cached_property
    def train(self) -> tuple[np.ndarray, np.ndarray]:
        """Views of the training images, and what to learn of them."""
        x, labels = self._pictures
        answers = [self._views / f"answers_{view}.npy" for view in range(VIEWS)]
        path = self._views / "images.npy"
        shape = (VIEWS, *x.shape)
        mode = "r+" if path.exists() else "w+"
        views = np.lib.format.open_memmap(path, mode=mode, dtype=np.float32, shape=shape)
        for view, answered in enumerate(answers):
            if answered.exists():
                continue
            rng = np.random.default_rng([self.options.seed, view])
            seen, mixed = MOVED(x, labels, rng)
            if view % 2:
                seen, mixed = MIXED(seen, mixed, rng)
            views[view] = seen
            np.save(answered, self._learnt(seen, mixed))
        return views.reshape(-1, *x.shape[1:]), np.concatenate([np.load(p) for p in answers])

    def accuracy(self, model: models.Model) -> float:
        """On the test images."""
        x, y = self.test
        return float((model.predict(x, batch_size=BATCH).argmax(1) == y).mean())

    def training(self, epochs: int) -> dict[str, Any]:
        """How long and on what kind of images."""
        fc.set_random_seed(self.options.seed)
        epochs = 1 if self.options.quick else epochs
        return {"epochs": epochs, "augment": fc.augment.RandomFlip(), "verbose": 2}

    def fitting(self, what: str, epochs: int) -> dict[str, Any]:
        """What `prune`, `cut` and `fuse` take to train what is left."""
        return {
            **self.training(epochs),
            "data": self.train,
            "steps_per_epoch": math.ceil(len(self.train[0]) / VIEWS / 128),
            "state_dir": self.options.folder / what,
        }

    def dense_cell(self) -> Cell:
        """The models as they are."""
        both = [compress.mirrored(model) for model in self.given]
        return {
            **self.figures(self.dense),
            "all": [self.accuracy(model) for model in self.given],
            "mirrored": [self.accuracy(model) for model in both],
        }

    def channels(self, epochs: int) -> models.Model:
        """Fewer channels inside the blocks."""
        shares = by_layer(CHANNELS, BETWEEN) | LAST
        how = {"structure": "channel", "sparsity": shares}
        return compress.prune(self.dense, **how, **self.fitting("channels", epochs))

    def weights(self, epochs: int) -> models.Model:
        """Fewer weights in the blocks."""
        shares = by_layer(WEIGHTS, BETWEEN, SECOND)
        how = {"sparsity": shares, "schedule": schedules.Gradual(end=0.4)}
        return compress.prune(self.dense, **how, **self.fitting("weights", epochs))

    def blocks(self, epochs: int) -> models.Model:
        """Fewer blocks: of those that keep the width a block is a branch of a sum."""
        pairs = [
            (first, second)
            for n in BETWEEN
            for first, second in zip(BETWEEN[n], SECOND[n], strict=True)
        ]
        keeping = [f"{first} + {second}" for first, second in pairs if first not in STRIDED]
        how = {"layers": CUT, "candidates": keeping, "samples": 1024}
        return compress.cut(self.dense, **how, **self.fitting("blocks", epochs))

    def exact(self, _: int) -> models.Model:
        """All models, side by side."""
        return compress.fuse(self.given, method="exact")

    def compact(self, epochs: int) -> models.Model:
        """All models, matched and averaged."""
        return compress.fuse(self.given, method="compact", **self.fitting("compact", epochs))

    def taught(self, epochs: int) -> models.Model:
        """The first model, trained on."""
        given = self.fitting("taught", epochs)
        del given["state_dir"]
        return compress.fine_tune(self.dense, given.pop("data"), **given)

    def on_plain(self, model: models.Model) -> models.Model:
        """Trained on with the images as they are."""
        model.compile(**{**recipe(PLAIN_RATE), "loss": losses.CategoricalCrossentropy()})
        return compress.fine_tune(model, self.plain, **self.training(PLAIN_EPOCHS))

    def figures(self, model: models.Model) -> Cell:
        """Accuracy and size."""
        size = statistics(model.graph)
        kernels = [v.data for v in model.graph.parameters.values() if v.name.endswith("kernel")]
        zeros = sum(int((data == 0).sum()) for data in kernels if data.shape[2:] != (1, 1))
        return {
            "accuracy": self.accuracy(model),
            "parameters": size.parameters,
            "nonzeros": size.nonzeros,
            "macs": size.macs,
            "zeros": zeros / sum(data.size for data in kernels if data.shape[2:] != (1, 1)),
        }

    def path(self, what: str) -> Path:
        """Where a result lies."""
        return self.options.folder / f"{what}.fcnn"

    def make(self, what: str, epochs: int) -> Cell:
        """A result, kept, and its figures."""
        make: Callable[[int], models.Model] = getattr(self, what)
        model = make(epochs)
        if epochs:
            model = self.on_plain(model)
        model.save(self.path(what))
        return {"epochs": epochs, **self.figures(model)}

    def measure(self, what: str, threads: int) -> Cell:
        """How much faster a result is."""
        result = models.load_model(self.path(what))
        times = times_in_fresh_process(
            self.dense, result, batch=1, threads=threads, processes=self.options.processes
        )
        return {"speedup": times.speedup, "before": times.before_ms, "after": times.after_ms}


def table(cells: Cells, measured: Cells) -> str:
    """One row a result."""
    rows = []
    dense = cells.find(what="dense")
    for what, title in ROWS.items():
        found = cells.find(what=what)
        if found is None or dense is None:
            continue
        speeds = [measured.find(what=what, threads=threads) for threads in (1, 2)]
        rows.append(
            [
                title,
                str(found.get("epochs", "")),
                f"{found['nonzeros']:,}",
                f"{found['macs'] / 1e6:.1f}",
                f"{100 * found['accuracy']:.2f}",
                "" if what == "dense" else f"{100 * (found['accuracy'] - dense['accuracy']):+.2f}",
                *("" if one is None else f"{one['speedup']:.2f}x" for one in speeds),
            ]
        )
    header = ["", "epochs", "non-zeros", "million MACs", "accuracy, %", "points"]
    return markdown([*header, "1 thread", "2 threads"], rows)


def main() -> None:
    """Runs what is missing and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path, help="as examples/train_cifar_resnet20.py takes it")
    parser.add_argument("--folder", type=Path, required=True, help="for models and finished cells")
    parser.add_argument("--models", required=True, help="trained models, the best one first")
    parser.add_argument("--rows", default="channels,weights,blocks,exact,compact,taught")
    parser.add_argument("--epochs", default="48,56,44,0,20,20", help="of each row")
    parser.add_argument("--measure", action="store_true", help="measure the speed of what is made")
    parser.add_argument("--processes", type=int, default=7, help="of each measurement, odd")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="few images and an epoch, as a test")
    parser.add_argument("--table", action="store_true", help="print the table of what is done")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    cells, measured = (Cells(options.folder / name) for name in ("cells.jsonl", "speed.jsonl"))
    bench = Bench(options)
    rows, epochs = options.rows.split(","), [int(n) for n in options.epochs.split(",")]
    if options.measure:
        for what in rows:
            for threads in (1, 2):
                if cells.find(what=what):
                    work = partial(bench.measure, what, threads)
                    measured.run(work, what=what, threads=threads)
    elif not options.table:
        works: dict[str, Callable[[], Cell]] = {"dense": bench.dense_cell}
        if rows == ["views"]:
            rows, epochs = [], []
            print(f"{len(bench.train[0]):,} views")
        for what, count in zip(rows, epochs, strict=True):
            works[what] = partial(bench.make, what, count)
        for what, work in works.items():
            cells.run(work, what=what)
    print(table(cells, measured))


if __name__ == "__main__":
    main()
