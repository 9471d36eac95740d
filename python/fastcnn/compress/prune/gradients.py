"""Gradients of the loss, sample by sample."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

import numpy as np

from fastcnn import runtime
from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.compress.samples import Samples
from fastcnn.errors import CompressionError
from fastcnn.graph import Graph
from fastcnn.models import Model
from fastcnn.ops import Builder
from fastcnn.passes import differentiate, for_training
from fastcnn.train import losses
from fastcnn.train.batches import Feeds, Preparation, open_batches
from fastcnn.train.losses.loss import Loss
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


class GradientSession:
    """Gradients of the mean loss of a batch by every kernel; normalisation as at inference.

    Args:
        graph: In inference form, one output.
        loss: Differentiated without penalties.

    Raises:
        CompressionError: The loss does not depend on a kernel.
    """

    def __init__(self, graph: Graph, loss: Loss) -> None:
        prepared, _ = for_training(graph)
        measured = evaluation_graph(prepared, loss)
        g = Builder(measured)
        mean = g.apply("reduce_mean", measured.outputs[0], name="mean_loss")
        kernels = list(find_kernels(measured))
        g, found = differentiate(g.build([mean]), mean, [kernel.value for kernel in kernels])
        missing = {kernel.name for kernel in kernels} - found.keys()
        if missing:
            raise CompressionError(f"prune: the loss does not depend on '{sorted(missing)[0]}'")
        self.kernels = kernels
        self._found = found
        self._session = runtime.compile(g.build(list(found.values())), check=False)

    def __call__(self, feeds: Feeds) -> dict[str, FloatArray]:
        """The gradients by the names of the kernels; more than the inputs may be given."""
        names = [value.name for value in self._session.graph.inputs]
        result = self._session({name: feeds[name] for name in names})
        if not isinstance(result, dict):
            result = {self._session.graph.outputs[0].name: result}
        return {name: result[value.name] for name, value in self._found.items()}


def measure_gradients(model: Model, samples: Samples) -> dict[str, Gradients]:
    """The gradients of every kernel, by its name; normalisation as at inference.

    Args:
        model: Compiled: its loss is differentiated, without penalties.
        samples: One backward pass each.
    """
    assert model.settings is not None
    loss = losses.get(model.settings["loss"])
    session = GradientSession(model.graph, loss)
    totals = {
        kernel.name: (
            np.zeros(kernel.data.shape),
            np.zeros(kernel.data.shape),
            np.zeros(kernel.data.shape[kernel.axis]),
        )
        for kernel in session.kernels
    }
    batches = open_batches(
        model.graph, loss, (samples.x, samples.y, None), Preparation(1, caller="prune")
    )
    with closing(batches.epoch(0, 0)) as source:
        for _, feeds in source:
            gradients = session(feeds)
            for kernel in session.kernels:
                gradient = gradients[kernel.name]
                absolute, square, channels = totals[kernel.name]
                absolute += np.abs(gradient)
                square += np.square(gradient)
                channels += np.abs(kernel.per_channel(gradient * kernel.data))
    count = len(samples)
    return {name: Gradients(a / count, s / count, c / count) for name, (a, s, c) in totals.items()}
