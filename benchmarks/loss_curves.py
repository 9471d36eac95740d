"""Whether training follows PyTorch's, optimizer by optimizer.

    python benchmarks/loss_curves.py --networks mnist_cnn,resnet20 --python PEER/bin/python

From the same weights, on the same batches in the same order, both frameworks make 50 updates with
each rule that both have; the losses are compared update by update. So are PyTorch's own in float32
and in float64: what those differ by is rounding, which training amplifies, and no framework comes
closer but by chance. Ends with code 1 where a curve leaves PyTorch's by more than 1e-3 of it and by
more than rounding explains: by more than twice what PyTorch's two curves differ by. Is skipped
where the interpreter has no PyTorch.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from trainers.networks import NETWORKS, Network, make_batches
from training import OURS, SERVER

from fastcnn.bench.cpus import pick_cpus
from fastcnn.bench.worker import Worker
from fastcnn.runtime import Table

LIMIT, ROUNDING_FACTOR = 1e-3, 2.0
FRAMEWORKS = (OURS, "torch", "torch_double")


class Rule(NamedTuple):
    """One update rule in the words of both."""

    ours: str
    options: dict[str, Any]
    theirs: str
    their_options: dict[str, Any]


RULES = {
    "SGD": Rule("SGD", {"learning_rate": 0.02}, "SGD", {"lr": 0.02}),
    "SGD, momentum": Rule(
        "SGD", {"learning_rate": 0.01, "momentum": 0.9}, "SGD", {"lr": 0.01, "momentum": 0.9}
    ),
    "SGD, Nesterov": Rule(
        "SGD",
        {"learning_rate": 0.01, "momentum": 0.9, "nesterov": True},
        "SGD",
        {"lr": 0.01, "momentum": 0.9, "nesterov": True},
    ),
    # Ours adds epsilon below the root, PyTorch to the root: the square of one is the other.
    "Adagrad": Rule(
        "Adagrad",
        {"learning_rate": 0.01, "initial_accumulator_value": 0.0, "epsilon": 1e-20},
        "Adagrad",
        {"lr": 0.01, "eps": 1e-10},
    ),
    "Adadelta": Rule(
        "Adadelta",
        {"learning_rate": 1.0, "rho": 0.9, "epsilon": 1e-6},
        "Adadelta",
        {"lr": 1.0, "rho": 0.9, "eps": 1e-6},
    ),
    "RMSprop": Rule(
        "RMSprop",
        {"learning_rate": 1e-3, "rho": 0.99, "epsilon": 1e-16},
        "RMSprop",
        {"lr": 1e-3, "alpha": 0.99, "eps": 1e-8},
    ),
    "RMSprop, momentum": Rule(
        "RMSprop",
        {"learning_rate": 1e-4, "rho": 0.99, "momentum": 0.9, "epsilon": 1e-16},
        "RMSprop",
        {"lr": 1e-4, "alpha": 0.99, "momentum": 0.9, "eps": 1e-8},
    ),
    "Adam": Rule("Adam", {"epsilon": 1e-8}, "Adam", {}),
    "AdamW": Rule("AdamW", {"weight_decay": 0.01, "epsilon": 1e-8}, "AdamW", {}),
    "Adamax": Rule("Adamax", {"learning_rate": 2e-3, "epsilon": 1e-8}, "Adamax", {}),
    "NAdam": Rule(
        "Nadam", {"learning_rate": 2e-3, "momentum_decay": 4e-3, "epsilon": 1e-8}, "NAdam", {}
    ),
    "RAdam": Rule("RAdam", {"epsilon": 1e-8}, "RAdam", {}),
}


def curves(
    network: Network, rules: list[str], steps: int, python: str, threads: int
) -> dict[str, dict[str, np.ndarray]]:
    """Losses of each rule by each framework."""
    cpus = pick_cpus(threads)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        workers = {
            framework: stack.enter_context(
                Worker(framework, sys.executable if framework == OURS else python, cpus, SERVER)
            )
            for framework in FRAMEWORKS
        }
        for worker in workers.values():
            worker.call("build", network=network.name)
        files = {"weights": str(folder / "weights.npz"), "data": str(folder / "data.npz")}
        workers[OURS].call("write_weights", path=files["weights"])
        x, y = make_batches(network, steps)
        np.savez(files["data"], x=x, y=y)
        found: dict[str, dict[str, np.ndarray]] = {}
        for rule in rules:
            ours, options, theirs, their_options = RULES[rule]
            found[rule] = {}
            for framework, worker in workers.items():
                words = (ours, options) if framework == OURS else (theirs, their_options)
                worker.call("load", **files)
                worker.call("compile", optimizer=words[0], options=words[1])
                found[rule][framework] = np.array(worker.call("losses", steps=steps))
    return found


def judge(losses: dict[str, np.ndarray]) -> dict[str, Any]:
    """How far our curve leaves PyTorch's, and whether that is more than rounding."""
    ours, single, double = (losses[framework] for framework in FRAMEWORKS)
    error, rounding = np.abs(ours / single - 1), np.abs(single / double - 1)
    allowed = max(LIMIT, ROUNDING_FACTOR * float(rounding.max()))
    return {
        "first loss": single[0],
        "last loss": single[-1],
        "from PyTorch": error.max(),
        "PyTorch's rounding": rounding.max(),
        "ours": np.abs(ours / double - 1).max(),
        "updates within 1e-3": int((error <= LIMIT).cumprod().sum()),
        "agrees": bool(error.max() <= allowed),
    }


def main() -> None:
    """Draws the curves, prints how they compare, and ends with code 1 where one disagrees."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--networks", default="mnist_cnn,resnet20")
    parser.add_argument("--rules", default=";".join(RULES), help="separated by semicolons")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--python", default=sys.executable, help="interpreter that has PyTorch")
    options = parser.parse_args()
    if subprocess.run([options.python, "-c", "import torch"], capture_output=True).returncode:
        print(f"skipped: {options.python} has no PyTorch")
        return

    agree = True
    for name in options.networks.split(","):
        found = curves(
            NETWORKS[name], options.rules.split(";"), options.steps, options.python, options.threads
        )
        rows = [{"rule": rule, **judge(losses)} for rule, losses in found.items()]
        agree = agree and all(row["agrees"] for row in rows)
        formats = {
            **dict.fromkeys(("first loss", "last loss"), "{:.4f}"),
            **dict.fromkeys(("from PyTorch", "PyTorch's rounding", "ours"), "{:.1e}"),
        }
        print(Table(f"{name}, {options.steps} updates", rows, (), formats))
    raise SystemExit(not agree)


if __name__ == "__main__":
    main()
