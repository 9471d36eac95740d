"""Whether training follows PyTorch's, optimizer by optimizer.

    python benchmarks/loss_curves.py --networks mnist_cnn,resnet20 --python PEER/bin/python \
        [--cifar cifar10_jpegs.npz] [--batch 32] [--double]

From the same weights, on the same batches in the same order, both frameworks make 50 updates with
each rule that both have; the losses are compared update by update. Ends with code 1 where a curve
leaves PyTorch's by more than 1e-3 of it. `--double` compares both with PyTorch in float64 as well:
what they differ from that by is rounding. Is skipped where the interpreter has no PyTorch.

Both make the same updates, so that what is left is rounding, and training amplifies it: an input of
a rectifier that is zero but for rounding, or two equal maxima in a window, sends a gradient one way
here and another way there. Rates are therefore small, most of all for ResNet-20: with Adam its
curves part by 1e-1 at a rate of 1e-3, by 2e-3 at 1e-4, by 2e-5 at 1e-5.

Epsilon stands where Keras has it, elsewhere than in PyTorch. In Adam and AdamW that can be
translated, see `trainers/torch.py`. Below the root, as in Adagrad and RMSprop, it cannot; there it
is as small as may be, and Adagrad starts from Keras's accumulator: from none, the first update is
the sign of the gradient, be it rounding only.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from trainers.networks import NETWORKS, Network, cifar_batches, make_batches
from training import OURS, SERVER

from fastcnn.bench.cpus import pick_cpus
from fastcnn.bench.worker import Worker
from fastcnn.runtime import Table

Batches = tuple[np.ndarray, np.ndarray]

EPSILON = 1e-12
LIMIT = 1e-3
RATES = {"mnist_cnn": 0.25, "resnet20": 0.02}
"""Of each network, in units of the rates below."""


class Rule(NamedTuple):
    """One update rule in the words of both."""

    rate: float
    ours: str
    options: dict[str, Any]
    theirs: str
    their_options: dict[str, Any]


RULES = {
    "SGD": Rule(0.02, "SGD", {}, "SGD", {}),
    "SGD, momentum": Rule(5e-3, "SGD", {"momentum": 0.9}, "SGD", {"momentum": 0.9}),
    "SGD, Nesterov": Rule(
        5e-3,
        "SGD",
        {"momentum": 0.9, "nesterov": True},
        "SGD",
        {"momentum": 0.9, "nesterov": True},
    ),
    "Adagrad": Rule(
        0.01,
        "Adagrad",
        {"initial_accumulator_value": 0.1, "epsilon": EPSILON**2},
        "Adagrad",
        {"initial_accumulator_value": 0.1, "eps": EPSILON},
    ),
    "Adadelta": Rule(
        0.03, "Adadelta", {"rho": 0.9, "epsilon": 1e-6}, "Adadelta", {"rho": 0.9, "eps": 1e-6}
    ),
    "RMSprop": Rule(
        5e-5,
        "RMSprop",
        {"rho": 0.99, "epsilon": EPSILON**2},
        "RMSprop",
        {"alpha": 0.99, "eps": EPSILON},
    ),
    "RMSprop, momentum": Rule(
        1e-5,
        "RMSprop",
        {"rho": 0.99, "momentum": 0.9, "epsilon": EPSILON**2},
        "RMSprop",
        {"alpha": 0.99, "momentum": 0.9, "eps": EPSILON},
    ),
    "Adam": Rule(3e-4, "Adam", {"epsilon": 1e-8}, "Adam", {"epsilon_hat": 1e-8}),
    "AdamW": Rule(
        3e-4,
        "AdamW",
        {"weight_decay": 0.01, "epsilon": 1e-8},
        "AdamW",
        {"weight_decay": 0.01, "epsilon_hat": 1e-8},
    ),
    "Adamax": Rule(1e-3, "Adamax", {"epsilon": 1e-8}, "Adamax", {}),
    "NAdam": Rule(
        1e-4, "Nadam", {"momentum_decay": 4e-3, "epsilon": 1e-8}, "NAdam", {"momentum_decay": 4e-3}
    ),
    "RAdam": Rule(1e-3, "RAdam", {"epsilon": 1e-8}, "RAdam", {}),
}


def curves(
    network: Network, batches: Batches, rules: list[str], frameworks: list[str], options: Any
) -> dict[str, dict[str, np.ndarray]]:
    """Losses of each rule by each framework, one update for each batch."""
    cpus = pick_cpus(options.threads)
    x, y = batches
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        workers = {
            framework: stack.enter_context(
                Worker(
                    framework,
                    sys.executable if framework == OURS else options.python,
                    cpus,
                    SERVER,
                )
            )
            for framework in frameworks
        }
        for worker in workers.values():
            worker.call("build", network=network.name)
        files = {"weights": str(folder / "weights.npz"), "data": str(folder / "data.npz")}
        workers[OURS].call("write_weights", path=files["weights"])
        np.savez(files["data"], x=x, y=y)
        found: dict[str, dict[str, np.ndarray]] = {}
        for name in rules:
            rule = RULES[name]
            rate = rule.rate * RATES[network.name]
            found[name] = {}
            for framework, worker in workers.items():
                worker.call("load", **files)
                if framework == OURS:
                    words = rule.ours, {"learning_rate": rate, **rule.options}
                else:
                    words = rule.theirs, {"lr": rate, **rule.their_options}
                worker.call("compile", optimizer=words[0], options=words[1])
                found[name][framework] = np.array(worker.call("losses", steps=len(y)))
    return found


def judge(losses: dict[str, np.ndarray]) -> dict[str, Any]:
    """How far the curves leave each other, relative to the loss."""
    ours, theirs = losses[OURS], losses["torch"]
    error = np.abs(ours / theirs - 1)
    row = {"first loss": theirs[0], "last loss": theirs[-1], "from PyTorch": error.max()}
    if "torch_double" in losses:
        double = losses["torch_double"]
        row["PyTorch from float64"] = np.abs(theirs / double - 1).max()
        row["ours from float64"] = np.abs(ours / double - 1).max()
    return {**row, "agrees": bool(error.max() <= LIMIT)}


def main() -> None:
    """Draws the curves, prints how they compare, and ends with code 1 where one disagrees."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--networks", default="mnist_cnn,resnet20")
    parser.add_argument("--rules", default=";".join(RULES), help="separated by semicolons")
    parser.add_argument("--batch", type=int, default=32, help="samples an update")
    parser.add_argument("--cifar", type=Path, help="archive of CIFAR-10 for resnet20; else noise")
    parser.add_argument("--double", action="store_true", help="compare with float64 as well")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--python", default=sys.executable, help="interpreter that has PyTorch")
    options = parser.parse_args()
    if subprocess.run([options.python, "-c", "import torch"], capture_output=True).returncode:
        print(f"skipped: {options.python} has no PyTorch")
        return

    frameworks = [OURS, "torch", *(["torch_double"] if options.double else [])]
    agree = True
    for name in options.networks.split(","):
        network = replace(NETWORKS[name], batch_size=options.batch)
        if name == "resnet20" and options.cifar:
            batches = cifar_batches(network, options.steps, options.cifar)
        else:
            batches = make_batches(network, options.steps)
        found = curves(network, batches, options.rules.split(";"), frameworks, options)
        rows = [
            {"rule": rule, "rate": RULES[rule].rate * RATES[name], **judge(losses)}
            for rule, losses in found.items()
        ]
        agree = agree and all(row["agrees"] for row in rows)
        formats = {
            **dict.fromkeys(("first loss", "last loss"), "{:.4f}"),
            **dict.fromkeys(
                ("from PyTorch", "PyTorch from float64", "ours from float64"), "{:.1e}"
            ),
            "rate": "{:g}",
        }
        print(Table(f"{name}, {options.steps} updates of {options.batch}", rows, (), formats))
    raise SystemExit(not agree)


if __name__ == "__main__":
    main()
