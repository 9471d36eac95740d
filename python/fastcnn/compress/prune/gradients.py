"""Gradients of the loss, sample by sample."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

import numpy as np

from fastcnn import runtime
from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.compress.samples import Samples
from fastcnn.errors import CompressionError
from fastcnn.models import Model
from fastcnn.ops import Builder
from fastcnn.passes import differentiate, for_training
from fastcnn.train import losses
from fastcnn.train.batches import Preparation, open_batches
from fastcnn.train.step_graph import evaluation_graph
from fastcnn.typing import FloatArray


@dataclass(frozen=True)
class Gradients:
    """Means over samples of functions of the gradient g of the loss by the weights w.

    Args:
        absolute: E |g|, of the kernel's shape.
        square: E g^2, of the kernel's shape.
        channels: E |sum over the channel's weights of g w|, of as many elements as channels.
    """

    absolute: FloatArray
    square: FloatArray
    channels: FloatArray


def measure_gradients(model: Model, samples: Samples) -> dict[str, Gradients]:
    """The gradients of every kernel, by its name; normalisation as at inference.

    Args:
        model: Compiled: its loss is differentiated, without penalties.
        samples: One backward pass each.
    """
    assert model.settings is not None
    loss = losses.get(model.settings["loss"])
    prepared, _ = for_training(model.graph)
    graph = evaluation_graph(prepared, loss)
    g = Builder(graph)
    mean = g.apply("reduce_mean", graph.outputs[0], name="mean_loss")
    kernels = {kernel.name: kernel for kernel in find_kernels(graph)}
    g, found = differentiate(g.build([mean]), mean, [kernel.value for kernel in kernels.values()])
    missing = kernels.keys() - found.keys()
    if missing:
        raise CompressionError(f"prune: the loss does not depend on '{sorted(missing)[0]}'")
    session = runtime.compile(g.build(list(found.values())), check=False)

    totals = {
        name: (
            np.zeros(kernel.data.shape),
            np.zeros(kernel.data.shape),
            np.zeros(kernel.data.shape[kernel.axis]),
        )
        for name, kernel in kernels.items()
    }
    how = Preparation(1, caller="prune")
    with closing(
        open_batches(model.graph, loss, (samples.x, samples.y, None), how).epoch(0, 0)
    ) as (source):
        for _, feeds in source:
            result = session(feeds)
            arrays = result if isinstance(result, dict) else {session.graph.outputs[0].name: result}
            for name, kernel in kernels.items():
                gradient = arrays[found[name].name]
                absolute, square, channels = totals[name]
                absolute += np.abs(gradient)
                square += np.square(gradient)
                channels += np.abs(kernel.per_channel(gradient * kernel.data))
    count = len(samples)
    return {name: Gradients(a / count, s / count, c / count) for name, (a, s, c) in totals.items()}
