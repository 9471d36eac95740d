"""Batches hold every sample once, in the order asked for."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn.train.batches import MemoryBatches, epoch_order
from fastcnn.train.data import Samples


def samples(count: int) -> Samples:
    x = np.arange(count, dtype=np.float32)[:, None]
    return Samples({"x": x}, np.arange(count, dtype=np.int32), np.arange(count, dtype=np.float32))


@pytest.mark.parametrize(("count", "size"), [(10, 3), (9, 3), (2, 5), (1, 1)])
def test_every_sample_comes_once_and_in_order(count, size):
    order = epoch_order(count, seed=1, epoch=0, shuffle=True)
    batches = MemoryBatches(samples(count), size)

    seen = [
        (number, feeds["x"][:, 0].copy(), feeds["target"].copy(), feeds["sample_weight"].copy())
        for number, feeds in batches.epoch(1, 0)
    ]

    assert batches.steps == len(seen) == -(-count // size)
    assert [number for number, *_ in seen] == [len(x) for _, x, *_ in seen]
    for column in (1, 2, 3):
        np.testing.assert_array_equal(np.concatenate([part[column] for part in seen]), order)


def test_memory_is_used_again():
    batches = MemoryBatches(samples(9), 3)

    places = {feeds["x"].ctypes.data for _, feeds in batches.epoch(1, 0)}

    assert len(places) == 1


def test_the_order_follows_from_seed_and_epoch_alone():
    first = epoch_order(50, seed=1, epoch=3, shuffle=True)

    np.testing.assert_array_equal(epoch_order(50, seed=1, epoch=3, shuffle=True), first)
    assert not np.array_equal(epoch_order(50, seed=1, epoch=4, shuffle=True), first)
    assert not np.array_equal(epoch_order(50, seed=2, epoch=3, shuffle=True), first)
    np.testing.assert_array_equal(np.sort(first), np.arange(50))


def test_without_shuffling_the_order_is_that_of_the_data():
    np.testing.assert_array_equal(epoch_order(5, seed=1, epoch=3, shuffle=False), np.arange(5))
