"""Images per second of training: FastCNN beside Keras on TensorFlow and PyTorch, on the CPU.

    python benchmarks/training.py --networks mnist_cnn,resnet20,mobilenet_v2 \
        --against keras,torch --threads 2 --python PEER/bin/python [--epoch] [--profile] [--json]

One update of Adam in float32 is timed, on batches that lie in memory. Every framework builds the
same network, in a process of its own, and gets the same weights: the outputs for a batch and the
losses of five updates of plain gradient descent are compared first, and one whose figures differ
is not timed. They take turns of a fraction of a second; medians and best values are over all
updates of all turns. `--epoch` times `fit` of mnist_cnn over MNIST as well, with whatever input
pipeline the framework has. Memory is resident memory of the process
before it has trained at all, and the peak (VmHWM) after five updates of plain gradient descent.

PEER/bin/python is an interpreter that has the other frameworks.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from profiles import by_kernel
from trainers.networks import NETWORKS, Network, make_batches

import fastcnn as fc
from fastcnn.bench.contest import TOLERANCE, relative_error
from fastcnn.bench.cpus import pick_cpus
from fastcnn.bench.worker import Worker
from fastcnn.runtime import Table

SERVER = Path(__file__).parent / "trainers" / "server.py"
OURS = "fastcnn"
ADAM: dict[str, dict[str, Any]] = {
    OURS: {"learning_rate": 1e-3},
    "keras": {"learning_rate": 1e-3},
    "torch": {"lr": 1e-3, "eps": 1e-7, "fused": True},
}
"""The same rule in each framework's words; PyTorch's fused kernel is its fastest."""
BATCHES, COMPARED_STEPS, LOSS_TOLERANCE = 4, 5, 1e-3
TURN_SECONDS, LEAST_UPDATES, LEAST_TURNS, PEAK_RUNS = 0.5, 2, 3, 10

Entry = dict[str, Any]


def compare(
    network: Network, frameworks: list[str], cpus: list[int], options: Any
) -> dict[str, Any]:
    """All frameworks on one network."""
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
        entries: dict[str, Entry] = {
            framework: {"version": worker.call("build", network=network.name)}
            for framework, worker in workers.items()
        }
        workers[OURS].call("write_weights", path=str(folder / "weights.npz"))
        x, y = make_batches(network, BATCHES)
        np.savez(folder / "data.npz", x=x, y=y)
        for check in (same_training, same_outputs):
            for framework, figures in check(network, workers, folder).items():
                entries[framework] |= figures
        times, peak = step_times(workers, options.seconds, len(cpus))
        for framework in workers:
            entries[framework] |= speeds(times[framework], network.batch_size)
        if options.epoch and network.name == "mnist_cnn":
            images = options.images
            epochs = epoch_times(workers, network, folder, images, options.epochs)
            for framework, found in epochs.items():
                entries[framework]["epoch"] = speeds(found, images)
        rows = workers[OURS].call("profile", runs=options.runs)
    return {
        "network": network.name,
        "batch_size": network.batch_size,
        "peak_gflops": peak,
        "step_gflop": sum(row["MFLOP"] or 0.0 for row in rows) * 1e-3,
        "entries": entries,
        "profile": by_kernel(rows, peak),
    }


def same_training(
    network: Network, workers: dict[str, Worker], folder: Path
) -> dict[str, dict[str, float]]:
    """Largest relative difference of the losses of plain gradient descent from ours; memory.

    Raises:
        SystemExit: It is not the same training.
    """
    losses, found = {}, {}
    files = {"weights": str(folder / "weights.npz"), "data": str(folder / "data.npz")}
    for framework, worker in workers.items():
        worker.call("load", **files)
        idle = worker.call("memory")["now_mb"]
        name = "lr" if framework == "torch" else "learning_rate"
        worker.call("compile", optimizer="SGD", options={name: network.rate})
        losses[framework] = np.array(worker.call("losses", steps=COMPARED_STEPS))
        found[framework] = {"idle_mb": idle, "peak_mb": worker.call("memory")["peak_mb"]}
        worker.call("load", **files)
    for framework, theirs in losses.items():
        error = float(np.abs(theirs / losses[OURS] - 1).max())
        found[framework]["loss_error"] = error
        if not error <= LOSS_TOLERANCE:
            raise SystemExit(
                f"{network.name}: the losses of {framework} differ by {error:.1e}, more than "
                f"{LOSS_TOLERANCE:.0e}: {theirs} against {losses[OURS]}"
            )
    return found


def same_outputs(
    network: Network, workers: dict[str, Worker], folder: Path
) -> dict[str, dict[str, float]]:
    """Relative RMS difference of the outputs from ours.

    Raises:
        SystemExit: It is not the same network.
    """
    outputs = {}
    for framework, worker in workers.items():
        path = folder / f"{framework}.npy"
        worker.call("predict", data=str(folder / "data.npz"), path=str(path))
        outputs[framework] = np.load(path)
    errors = {name: relative_error([y], [outputs[OURS]]) for name, y in outputs.items()}
    for framework, error in errors.items():
        if not error <= TOLERANCE:
            raise SystemExit(
                f"{network.name}: the outputs of {framework} differ by {error:.1e}, more than "
                f"{TOLERANCE:.0e}"
            )
    return {framework: {"output_error": error} for framework, error in errors.items()}


def step_times(
    workers: dict[str, Worker], seconds: float, threads: int
) -> tuple[dict[str, list[float]], float]:
    """Seconds of updates, in turns of all frameworks and of the measurement of the peak.

    Returns:
        The times, and the peak in GFLOP/s: the median over the turns of the best of several.
    """
    peaks = []
    times: dict[str, list[float]] = {framework: [] for framework in workers}
    for framework, worker in workers.items():
        worker.call("compile", optimizer="Adam", options=ADAM[framework])
        worker.call("losses", steps=2)
    for _ in range(max(LEAST_TURNS, round(seconds / TURN_SECONDS))):
        for framework, worker in workers.items():
            times[framework] += worker.call("times", seconds=TURN_SECONDS, least=LEAST_UPDATES)
        peaks.append(max(fc.runtime.peak_gflops(threads) for _ in range(PEAK_RUNS)))
    return times, statistics.median(peaks)


def epoch_times(
    workers: dict[str, Worker], network: Network, folder: Path, images: int, epochs: int
) -> dict[str, list[float]]:
    """Seconds of epochs over MNIST, in turns; a short one, which compiles, comes before."""
    (x, y), _ = fc.datasets.mnist.load_data()
    x = np.ascontiguousarray(x[:images, ..., None], np.float32) / np.float32(255)
    y = y[:images].astype(np.int32)
    short = network.batch_size + images % network.batch_size
    np.savez(folder / "short.npz", x=x[:short], y=y[:short])
    np.savez(folder / "whole.npz", x=x, y=y)
    for worker in workers.values():
        worker.call("epoch", data=str(folder / "short.npz"), batch_size=network.batch_size)
    times: dict[str, list[float]] = {framework: [] for framework in workers}
    for _ in range(epochs):
        for framework, worker in workers.items():
            data = str(folder / "whole.npz")
            times[framework].append(worker.call("epoch", data=data, batch_size=network.batch_size))
    return times


def speeds(times: list[float], images: int) -> dict[str, float]:
    """Images per second, by the median and at best."""
    return {
        "median": images / statistics.median(times),
        "best": images / min(times),
        "runs": len(times),
    }


def table(result: dict[str, Any], threads: int) -> Table:
    """The frameworks on one network."""
    peak = result["peak_gflops"]
    entries = result["entries"]
    rows = []
    flop = result["step_gflop"] / result["batch_size"]
    for entry in entries.values():
        row = {
            "": entry["version"],
            "images/s": entry["median"],
            "best": entry["best"],
            "updates": entry["runs"],
            "FastCNN is": entries[OURS]["median"] / entry["median"],
            "% of peak": 100 * flop * entry["median"] / peak,
            "outputs": entry["output_error"],
            "losses": entry["loss_error"],
            "MB before": entry["idle_mb"],
            "peak MB": entry["peak_mb"],
        }
        if "epoch" in entry:
            ours = entries[OURS]["epoch"]["median"]
            row |= {"fit": entry["epoch"]["median"], "fit best": entry["epoch"]["best"]}
            row["in fit"] = ours / entry["epoch"]["median"]
        rows.append(row)
    return Table(
        f"{result['network']}, batch {result['batch_size']}, {threads} threads",
        rows,
        [f"{result['step_gflop']:.1f} GFLOP an update; peak {peak:.0f} GFLOP/s, measured"],
        {
            **dict.fromkeys(("images/s", "best", "fit", "fit best"), "{:,.0f}"),
            **dict.fromkeys(("FastCNN is", "in fit"), "{:.2f}x"),
            **dict.fromkeys(("% of peak", "MB before", "peak MB"), "{:.0f}"),
            **dict.fromkeys(("outputs", "losses"), "{:.0e}"),
        },
    )


def profile(result: dict[str, Any]) -> Table:
    """Where the time of our step goes."""
    formats = {"ms": "{:.2f}", "% of time": "{:.1f}", "GFLOP/s": "{:.0f}", "% of peak": "{:.0f}"}
    return Table(f"One update of {result['network']}", result["profile"], (), formats)


def main() -> None:
    """Runs the comparisons and prints their tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--networks", default=",".join(NETWORKS))
    parser.add_argument("--against", default="", help="keras, torch, or both")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--python", default=sys.executable, help="interpreter of the others")
    parser.add_argument("--seconds", type=float, default=8, help="of updates, each framework")
    parser.add_argument("--epoch", action="store_true", help="time epochs of mnist_cnn as well")
    parser.add_argument("--images", type=int, default=60_000, help="of MNIST, in an epoch")
    parser.add_argument("--epochs", type=int, default=3, help="timed epochs")
    parser.add_argument("--profile", action="store_true", help="show where our time goes")
    parser.add_argument("--runs", type=int, default=5, help="profiled updates")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()

    cpus = pick_cpus(options.threads)
    fc.set_num_threads(options.threads)
    frameworks = [OURS, *filter(None, options.against.split(","))]
    results = []
    for name in options.networks.split(","):
        results.append(compare(NETWORKS[name], frameworks, cpus, options))
        if not options.json:
            print(table(results[-1], options.threads))
            if options.profile:
                print(profile(results[-1]))
    if options.json:
        print(json.dumps({"threads": options.threads, "results": results}))


if __name__ == "__main__":
    main()
