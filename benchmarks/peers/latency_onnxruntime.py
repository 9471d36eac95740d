"""Milliseconds of a call: FastCNN against ONNX Runtime (CPU).

    python benchmarks/peers/latency_onnxruntime.py --peer-python /path/to/peer/bin/python

The example CNN with the same weights, each runtime in a process of its own with the same number of
threads, asked in turn for short series of calls. The interpreter given must have onnx and
onnxruntime.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from common import print_table, require_agreement, write_images
from worker import Worker

WARM_UP = 5
"""First calls of each turn, not counted: they wake threads and fill caches."""


def main() -> None:
    """Runs the comparison and prints its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer-python", required=True, help="interpreter that has ONNX Runtime")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[1, 64])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--runs", type=int, default=100, help="calls in a round, at batch 1")
    options = parser.parse_args()

    with (
        tempfile.TemporaryDirectory() as name,
        Worker(sys.executable, "fastcnn_worker.py", threads=options.threads) as ours,
        Worker(options.peer_python, "onnxruntime_worker.py", threads=options.threads) as theirs,
    ):
        folder = Path(name)
        weights = folder / "weights.npz"
        ours.call("build")
        ours.call("save_weights", path=str(weights))
        ours.call("open_session", threads=options.threads)
        theirs.call("build", weights=str(weights), threads=options.threads)
        data = write_images(folder, max(256, *options.batch_sizes))
        for worker, output in ((ours, "ours.npy"), (theirs, "theirs.npy")):
            worker.call("load_data", path=str(data))
            worker.call("predict", path=str(folder / output), count=256)
        difference = require_agreement(folder / "ours.npy", folder / "theirs.npy")
        print(f"same weights, outputs differ by {difference:.1e} at most")

        workers = {worker.call("versions"): worker for worker in (ours, theirs)}
        for batch_size in options.batch_sizes:
            runs = WARM_UP + max(3, options.runs // batch_size)
            times: dict[str, list[float]] = {version: [] for version in workers}
            for _ in range(options.rounds):
                for version, worker in workers.items():
                    seconds = worker.call("latencies", batch_size=batch_size, runs=runs)
                    times[version] += seconds[WARM_UP:]
            print_table(
                f"inference, batch {batch_size}, {options.threads} threads",
                "ms a call",
                times,
                scale=1e3,
                per_second=False,
            )


if __name__ == "__main__":
    main()
