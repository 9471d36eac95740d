"""From what the user gave to batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fastcnn import runtime
from fastcnn.errors import DataError, InvalidValueError
from fastcnn.graph import Graph
from fastcnn.train.batches.augmented import Augmentation, image_input, in_turn
from fastcnn.train.batches.batches import Batches, Feeds
from fastcnn.train.batches.dataset import Dataset, Indices
from fastcnn.train.batches.iterator import IteratorBatches
from fastcnn.train.batches.memory import MemoryBatches
from fastcnn.train.batches.prepared import PreparedBatches
from fastcnn.train.data import Samples, as_array, as_float32, class_weights, read_samples
from fastcnn.train.losses.loss import Loss
from fastcnn.train.step_graph import SAMPLE_WEIGHT, TARGET


@dataclass(frozen=True)
class Preparation:
    """How samples become batches.

    Args:
        batch_size: Samples a batch; a user's own iterator has its own.
        steps: Batches an epoch; all there are if None.
        shuffle: Whether each epoch has an order of its own.
        class_weight: Weight of a sample's loss by its class index.
        augment: What is done to each batch.
        workers: Threads that prepare batches; None: as many as run the step, where there is
            anything to prepare.
        caller: The method the user called, for messages.
    """

    batch_size: int
    steps: int | None = None
    shuffle: bool = False
    class_weight: Mapping[int, float] | None = None
    augment: Augmentation | Sequence[Augmentation] | None = None
    workers: int | None = None
    caller: str = "fit"


def is_lazy(x: Any) -> bool:
    """Whether `x` is a data set, or gives batches, rather than being samples itself."""
    if isinstance(x, (Dataset, Samples)):
        return isinstance(x, Dataset)
    if isinstance(x, (np.ndarray, list, tuple, Mapping, str)) or hasattr(x, "__array__"):
        return False
    return isinstance(x, Iterable)


def open_batches(
    graph: Graph, loss: Loss, given: tuple[Any, Any, Any], how: Preparation
) -> Batches:
    """Batches of arrays, of `Samples`, of a `Dataset` or of an iterator.

    Args:
        graph: What the batches are for.
        loss: Decides what labels may look like.
        given: x, y and sample_weight; the latter two None where x gives them.
        how: Everything else.

    Raises:
        DataError: The data cannot be used.
        InvalidValueError: An argument does not go with them.
    """
    x, y, sample_weight = given
    if not is_lazy(x):
        if not isinstance(x, Samples):
            x = read_samples(graph, loss, x, y, sample_weight=sample_weight, caller=how.caller)
        return _of_samples(graph, x, how)
    if y is not None or sample_weight is not None:
        name = "y" if y is not None else "sample_weight"
        raise DataError(
            f"{how.caller}: x is a {type(x).__name__}, which gives {name} itself; leave {name} out"
        )
    if isinstance(x, Dataset):
        return _of_dataset(graph, loss, x, how)
    if how.augment is not None:
        raise InvalidValueError(
            f"{how.caller}: augment goes with arrays and a Dataset; augment in the iterator itself"
        )
    return IteratorBatches(
        x,
        lambda batch: read_batch(graph, loss, batch, how),
        steps=how.steps,
        workers=1 if how.workers is None else how.workers,
        caller=how.caller,
    )


def read_batch(graph: Graph, loss: Loss, given: Any, how: Preparation) -> tuple[int, Feeds]:
    """One batch (x, y) or (x, y, sample_weight) as the graph takes it, with weights."""
    if not isinstance(given, (tuple, list)) or len(given) not in (2, 3):
        raise DataError(f"{how.caller}: a batch must be (x, y) or (x, y, sample_weight)")
    x, y, *weight = given
    samples = read_samples(
        graph, loss, x, y, sample_weight=weight[0] if weight else None, caller=how.caller
    )
    samples = _class_weighted(samples, how)
    if samples.weight is None:
        samples = samples.weighted(np.ones(len(samples), np.float32))
    return len(samples), samples.arrays()


def _of_samples(graph: Graph, samples: Samples, how: Preparation) -> Batches:
    samples = _class_weighted(samples, how)
    if how.augment is None:
        return MemoryBatches(
            samples, how.batch_size, shuffle=how.shuffle, steps=how.steps, caller=how.caller
        )
    augment, image = in_turn(how.augment), image_input(graph)
    arrays = samples.arrays()

    def read(indices: Indices, rng: np.random.Generator) -> Feeds:
        feeds = {name: array[indices] for name, array in arrays.items()}
        images, targets = augment(feeds[image], feeds[TARGET], rng)
        if images.shape != feeds[image].shape or targets.dtype != feeds[TARGET].dtype:
            raise DataError(
                f"{how.caller}: augment made images of shape {images.shape} and targets of "
                f"{targets.dtype}; the model takes {feeds[image].shape} and {feeds[TARGET].dtype}"
            )
        return {**feeds, image: images, TARGET: targets}

    return _prepared(read, len(samples), SAMPLE_WEIGHT in arrays, how)


def _of_dataset(graph: Graph, loss: Loss, dataset: Dataset, how: Preparation) -> Batches:
    augment = None if how.augment is None else in_turn(how.augment)
    if augment is not None:
        image_input(graph)

    def read(indices: Indices, rng: np.random.Generator) -> Feeds:
        x, y, *weight = dataset.read(indices)
        if augment is not None:
            x, y = augment(as_float32(f"{how.caller}: x", as_array(f"{how.caller}: x", x)), y, rng)
        return read_batch(graph, loss, (x, y, *weight), how)[1]

    return _prepared(read, len(dataset), True, how)


def _prepared(
    read: Callable[[Indices, np.random.Generator], Feeds],
    count: int,
    weighted: bool,
    how: Preparation,
) -> PreparedBatches:
    return PreparedBatches(
        read,
        count,
        how.batch_size,
        shuffle=how.shuffle,
        weighted=weighted,
        steps=how.steps,
        workers=runtime.get_num_threads() if how.workers is None else how.workers,
        caller=how.caller,
    )


def _class_weighted(samples: Samples, how: Preparation) -> Samples:
    if how.class_weight is None:
        return samples
    return samples.weighted(class_weights(samples.target, how.class_weight))
