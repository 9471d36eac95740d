"""Images per second of `fit`: FastCNN against Keras on TensorFlow (CPU).

    python benchmarks/peers/train_keras.py --peer-python /path/to/peer/bin/python

The example CNN on MNIST at batch 128 with Adam, from the same weights, each runtime in a process
of its own with the same number of threads, epoch by epoch in turn. The first epoch of each is not
counted: it compiles. The interpreter given must have keras and tensorflow-cpu.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from common import print_table, require_agreement, write_images
from worker import Worker


def main() -> None:
    """Runs the comparison and prints its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer-python", required=True, help="interpreter that has Keras")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--images", type=int, default=60_000, help="images in an epoch")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=3, help="timed epochs of each runtime")
    options = parser.parse_args()

    with (
        tempfile.TemporaryDirectory() as name,
        Worker(sys.executable, "fastcnn_worker.py", threads=options.threads) as ours,
        Worker(options.peer_python, "keras_worker.py", threads=options.threads) as theirs,
    ):
        folder = Path(name)
        weights = folder / "weights.npz"
        ours.call("build")
        ours.call("save_weights", path=str(weights))
        theirs.call("build", weights=str(weights))
        data = write_images(folder, options.images)
        for worker, output in ((ours, "ours.npy"), (theirs, "theirs.npy")):
            worker.call("load_data", path=str(data))
            worker.call("predict", path=str(folder / output), count=256)
        difference = require_agreement(folder / "ours.npy", folder / "theirs.npy")
        print(f"same weights, outputs differ by {difference:.1e} at most")

        workers = {worker.call("versions"): worker for worker in (ours, theirs)}
        times: dict[str, list[float]] = {version: [] for version in workers}
        for epoch in range(options.epochs + 1):
            for version, worker in workers.items():
                seconds = worker.call("fit", batch_size=options.batch_size)
                if epoch:
                    times[version].append(seconds)
        print_table(
            f"fit, batch {options.batch_size}, {options.threads} threads",
            "images/s",
            times,
            scale=options.images,
            per_second=True,
        )


if __name__ == "__main__":
    main()
