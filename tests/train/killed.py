"""Trains, is killed again and again, and ends as if nothing had happened. Run by test_backup.py.

    python killed.py FOLDER KILLS SEED

Prints the digest of an undisturbed run, then that of each run that came to its end after kills.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import numpy as np

import fastcnn as fc
from fastcnn import callbacks, layers, models
from fastcnn.train.batches import Dataset
from tests.train.nets import blobs

X, Y = blobs(240)


class Lazy(Dataset):
    """Read late, in threads."""

    def __len__(self) -> int:
        return len(X)

    def read(self, indices):
        return X[indices], Y[indices]


def shift(images, labels, rng):
    return images + rng.standard_normal(images.shape).astype(np.float32), labels


def model() -> models.Model:
    fc.set_random_seed(4)
    net = models.Sequential(
        [
            layers.Conv2D(4, 3, padding="same", input_shape=(4, 4, 1)),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(3, activation="softmax"),
        ]
    )
    net.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
    return net


def train(folder: Path, *more: callbacks.Callback) -> str:
    """The digest of everything a run leaves."""
    net = model()
    history = net.fit(
        Lazy(),
        epochs=30,
        batch_size=16,
        validation_data=(X[:40], Y[:40]),
        augment=shift,
        callbacks=[
            *more,
            callbacks.ReduceLROnPlateau(factor=0.7, patience=1),
            callbacks.EarlyStopping(patience=25, restore_best_weights=True),
            callbacks.CSVLogger(folder / "log.csv"),
        ],
        verbose=0,
    )
    digest = hashlib.sha256((folder / "log.csv").read_bytes())
    digest.update(repr((history.epoch, history.history)).encode())
    for weights in net.get_weights():
        digest.update(weights.tobytes())
    return digest.hexdigest()


def run_and_kill(folder: Path, kills: int) -> None:
    left = kills
    while True:
        child = os.fork()
        if child == 0:
            backup = callbacks.BackupAndRestore(folder / "backup", save_freq=4)
            (folder / "digest").write_text(train(folder, backup))
            os._exit(0)
        if left:
            time.sleep(random.uniform(0.01, 0.2))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            left -= 1
            continue
        assert status == 0, status
        print((folder / "digest").read_text(), flush=True)
        if not left:
            return


def main() -> None:
    folder, kills, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    random.seed(seed)
    print(train(folder), flush=True)
    shutil.rmtree(folder)
    folder.mkdir()
    run_and_kill(folder, kills)
    assert not list((folder / "backup").iterdir())


if __name__ == "__main__":
    main()
