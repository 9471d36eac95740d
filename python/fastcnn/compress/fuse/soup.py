"""Soups: weights of models from one start, averaged as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastcnn.compress.fuse.compact import average
from fastcnn.compress.quality import quality
from fastcnn.compress.recover import recalibrate
from fastcnn.compress.samples import Samples
from fastcnn.graph import Graph
from fastcnn.models import Model
from fastcnn.typing import Array


def uniform_soup(graphs: Sequence[Graph], x: Mapping[str, Array] | None) -> Graph:
    """The mean of all graphs, neuron by neuron in the order they have.

    Args:
        graphs: Built alike, trained on from one start.
        x: Samples that the statistics of batch normalisation are measured on; without, they are
            averaged too.

    Source:
        Wortsman et al., "Model soups: averaging weights of multiple fine-tuned models improves
        accuracy without increasing inference time", ICML 2022.
    """
    soup = average(graphs)
    return soup if x is None else recalibrate(soup, x)


def greedy_soup(
    model: Model, graphs: Sequence[Graph], x: Mapping[str, Array] | None, tested_on: Samples
) -> tuple[Graph, list[int]]:
    """The best graph, and with it the mean of all that make the soup no worse.

    From the best to the worst, each is taken in if the soup with it is at least as good on
    `tested_on`.

    Args:
        model: Gives the loss and the metrics.
        graphs: As `uniform_soup` takes them.
        x: As `uniform_soup` takes them.
        tested_on: Samples and labels.

    Returns:
        The soup, and the indices of what is in it.

    Source:
        Wortsman et al., ICML 2022, recipe 1.
    """
    alone = [quality(model.with_graph(graph), tested_on) for graph in graphs]
    order = sorted(range(len(graphs)), key=lambda i: (-(alone[i].accuracy or 0), alone[i].loss))
    taken, soup, best = order[:1], graphs[order[0]], alone[order[0]]
    for i in order[1:]:
        tried = uniform_soup([graphs[j] for j in (*taken, i)], x)
        measured = quality(model.with_graph(tried), tested_on)
        if not best.better_than(measured):
            taken, soup, best = [*taken, i], tried, measured
    return soup, taken
