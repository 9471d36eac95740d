"""Pruning of the CNN of examples/train_mnist.py, beside PyTorch's `torch.nn.utils.prune`.

    python benchmarks/compression_mnist.py --folder FOLDER --seeds 1,2,3 --python PEER/bin/python

For each seed a model is trained; both libraries start from its weights. 95% of the weights of all
kernels together go, or 75% of the channels and neurons of every layer. Adam in batches of 128, all
60,000 images; its rate falls to 0 by a cosine, from 1e-3 where the model is trained, from 3e-3 in
what follows, where pictures are moved by up to two pixels each way. The accuracy is that of the
last epoch on the 10,000 test images. As many epochs after the training for all:

- weights: ours by LAMP's scores, gradually over the first half of the epochs; PyTorch's
  `global_unstructured` by magnitude (L1) in three rounds, each of which starts with the rate anew;
- channels: by magnitude in the same three rounds by both, PyTorch's by `ln_structured` (n=1), after
  which the masked channels are taken out, so that both are as narrow; biases and all;
- trained on: nothing pruned, to tell what the epochs themselves are worth.

`--rate 1e-3 --criterion magnitude --end 0.75 --move 0` are other settings of the same, for a folder
of their own. `untrained` is the accuracy where the same share goes at once and nothing is trained.
Finished cells are kept in FOLDER and not run again. PEER/bin/python has PyTorch; without --python
PyTorch is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from cells import Cell, Cells, markdown, spread
from trainers.fastcnn import mnist_cnn

import fastcnn as fc
from fastcnn import compress, models
from fastcnn.compress import schedules
from fastcnn.ops.statistics import statistics
from fastcnn.train import optimizers
from fastcnn.train import schedules as rates

PEER = Path(__file__).parent / "compression_torch.py"
ROUNDS, WEIGHTS, CHANNELS = 3, 0.95, 0.75
RATE, PRUNED_RATE = 1e-3, 3e-3
ROWS = {
    ("fastcnn", "dense"): "dense",
    ("fastcnn", "trained on"): "dense, trained on",
    ("fastcnn", "weights"): "95% of the weights",
    ("torch", "weights"): "PyTorch, 95% of the weights",
    ("fastcnn", "channels"): "75% of the channels",
    ("torch", "channels"): "PyTorch, 75% of the channels",
}


def load(images: int) -> tuple[Any, Any]:
    """The first images of MNIST, and all test images, from 0 to 1, as (x, y)."""
    (x, y), (x_test, y_test) = fc.datasets.mnist.load_data()

    def scaled(pixels: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(pixels[..., None], np.float32) / np.float32(255)

    return (scaled(x[:images]), y[:images].astype(np.int32)), (scaled(x_test), y_test)


def build(rate: float = RATE) -> models.Model:
    """The network of the example; its learning rate falls from `rate` to 0 in every fit."""
    model = mnist_cnn()
    model.compile(
        optimizer=optimizers.Adam(rates.CosineDecay(rate)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def figures(model: models.Model, test: Any) -> Cell:
    """Accuracy on the test images, and size."""
    answers = model.predict(test[0], batch_size=500).argmax(1)
    size = statistics(model.graph)
    return {
        "accuracy": float((answers == test[1]).mean()),
        "nonzeros": size.nonzeros,
        "macs": size.macs,
    }


def train_dense(seed: int, epochs: int, path: Path, train: Any, test: Any) -> Cell:
    """Trains the model that all start from; its weights lie beside it for PyTorch."""
    fc.set_random_seed(seed)
    model = build()
    model.fit(*train, batch_size=128, epochs=epochs, verbose=0)
    model.save(path)
    weights = [array for layer in model.layers for array in layer.get_weights()]
    np.savez(path.with_suffix(".npz"), *weights)
    return {"epochs": epochs, **figures(model, test)}


class Job:
    """What is done with the model of one seed.

    Args:
        seed: Of the data's order.
        path: Of the model.
        options: Of the command line.
        train: What it learns on.
        test: What it is tested on.
    """

    def __init__(self, seed: int, path: Path, options: Any, train: Any, test: Any) -> None:
        self._seed, self._path, self._options = seed, path, options
        self._train, self._test = train, test

    def _start(self) -> tuple[models.Model, dict[str, Any]]:
        """The model, compiled for what follows, and how it is trained."""
        model = build(self._options.rate)
        model.set_weights(models.load_model(self._path).get_weights())
        fc.set_random_seed(self._seed)
        fit: dict[str, Any] = {"epochs": self._options.pruned_epochs}
        if self._options.move:
            fit["augment"] = fc.augment.RandomCrop(padding=self._options.move)
        return model, fit

    def prune(self, **how: Any) -> Cell:
        """Prunes the model and trains what is left."""
        dense, fit = self._start()
        at_once = compress.prune(dense, **{**how, "schedule": "one_shot"})
        pruned = compress.prune(dense, data=self._train, **how, **fit)
        untrained = figures(at_once, self._test)["accuracy"]
        return {"epochs": fit["epochs"], "untrained": untrained, **figures(pruned, self._test)}

    def train_on(self) -> Cell:
        """Trains the model as what is left of the others."""
        dense, fit = self._start()
        tuned = compress.fine_tune(dense, self._train, **fit)
        return {"epochs": fit["epochs"], **figures(tuned, self._test)}

    def ask_torch(self, what: str, amount: float) -> Cell:
        """Pruning by PyTorch, in a process of its own."""
        options = self._options
        arguments = {
            "what": what,
            "weights": str(self._path.with_suffix(".npz")),
            "data": str(options.folder / "mnist.npz"),
            "rounds": ROUNDS,
            "amount": amount,
            "epochs": options.pruned_epochs,
            "rate": options.rate,
            "move": options.move,
            "seed": self._seed,
            "threads": options.threads,
        }
        command = [options.python, str(PEER), json.dumps(arguments)]
        answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        return {"epochs": options.pruned_epochs, **json.loads(answer.splitlines()[-1])}


def run_seed(seed: int, cells: Cells, options: Any, train: Any, test: Any) -> None:
    """All cells of one seed."""
    path = options.folder / f"dense_{seed}.fcnn"
    cell = partial(cells.run, seed=seed)
    cell(
        lambda: train_dense(seed, options.epochs, path, train, test),
        framework="fastcnn",
        what="dense",
    )
    job = Job(seed, path, options, train, test)
    work = {
        ("fastcnn", "weights"): lambda: job.prune(
            sparsity=WEIGHTS,
            criterion=options.criterion,
            schedule=schedules.Gradual(end=options.end),
        ),
        ("fastcnn", "channels"): lambda: job.prune(
            structure="channel", sparsity=CHANNELS, schedule=schedules.Iterative(rounds=ROUNDS)
        ),
        ("torch", "weights"): lambda: job.ask_torch("weights", WEIGHTS),
        ("torch", "channels"): lambda: job.ask_torch("channels", CHANNELS),
        ("fastcnn", "trained on"): job.train_on,
    }
    for (framework, what), make in work.items():
        if (framework != "torch" or options.python) and what not in options.skip.split(","):
            cell(make, framework=framework, what=what)


def table(cells: Cells) -> str:
    """Means and deviations over seeds."""
    rows = []
    for (framework, what), title in ROWS.items():
        found = [c for c in cells.done if (c["framework"], c["what"]) == (framework, what)]
        if not found:
            continue
        dense = [cells.find(seed=c["seed"], framework="fastcnn", what="dense") for c in found]
        lost = [100 * (d["accuracy"] - c["accuracy"]) for c, d in zip(found, dense, strict=True)]
        untrained = [100 * c["untrained"] for c in found if "untrained" in c]
        rows.append(
            [
                title,
                str(len(found)),
                str(found[0]["epochs"]),
                f"{found[0]['nonzeros']:,}",
                f"{found[0]['macs'] / 1e6:.2f}",
                spread(untrained) if untrained else "",
                spread([100 * c["accuracy"] for c in found]),
                spread(lost) if what != "dense" else "",
            ]
        )
    header = ["", "seeds", "epochs", "non-zeros", "million MACs", "untrained, %", "accuracy, %"]
    return markdown([*header, "points lost"], rows)


def main() -> None:
    """Runs what is missing and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="for models and finished cells")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--python", help="interpreter that has PyTorch")
    parser.add_argument("--epochs", type=int, default=10, help="of the dense model")
    parser.add_argument("--pruned-epochs", type=int, default=12, help="of all that follows")
    parser.add_argument("--rate", type=float, default=PRUNED_RATE, help="after pruning, at first")
    parser.add_argument("--criterion", default="lamp", help="of our pruning of weights")
    parser.add_argument("--end", type=float, default=0.5, help="share of it in which weights go")
    parser.add_argument("--move", type=int, default=2, help="pixels, after pruning")
    parser.add_argument("--skip", default="", help="cells to leave out, such as 'trained on'")
    parser.add_argument("--quick", action="store_true", help="few images and epochs, as a test")
    parser.add_argument("--table", action="store_true", help="print the table of what is done")
    parser.add_argument(
        "--threads", type=int, default=int(os.environ.get("FASTCNN_NUM_THREADS", 0)) or None
    )
    options = parser.parse_args()
    options.threads = options.threads or os.cpu_count()
    fc.set_num_threads(options.threads)
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.quick:
        options.epochs, options.pruned_epochs = 1, 3
    cells = Cells(options.folder / "cells.jsonl")
    if not options.table:
        train, test = load(2560 if options.quick else 60_000)
        np.savez(
            options.folder / "mnist.npz", x=train[0], y=train[1], x_test=test[0], y_test=test[1]
        )
        for seed in map(int, options.seeds.split(",")):
            run_seed(seed, cells, options, train, test)
    print(table(cells))


if __name__ == "__main__":
    main()
