"""Samples: what the user gave, checked and in the types that graphs take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fastcnn.errors import DataError, InvalidValueError
from fastcnn.graph import Graph, Value
from fastcnn.train.losses.loss import Loss
from fastcnn.train.step_graph import SAMPLE_WEIGHT, TARGET
from fastcnn.typing import Array

CHUNK_BYTES = 1 << 24
"""How much is converted and checked at a time."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Inputs and targets of equal length.

    Args:
        inputs: float32 arrays by name of the graph input, the first axis counting samples.
        target: Of the type the loss takes.
        weight: float32 [N], or None where every sample counts 1.
    """

    inputs: Mapping[str, Array]
    target: Array
    weight: Array | None = None

    def __len__(self) -> int:
        return len(self.target)

    def split(self, share: float) -> tuple[Samples, Samples]:
        """The first samples, and the last `share` of them."""
        if not 0 < share < 1:
            raise InvalidValueError(
                f"fit: validation_split is {share}, it must be from 0 to below 1"
            )
        cut = int(len(self) * (1 - share))
        if not 0 < cut < len(self):
            raise DataError(
                f"fit: validation_split={share:g} leaves {cut} of {len(self)} samples for "
                f"training and {len(self) - cut} for validation; both need at least 1"
            )
        return self._part(slice(None, cut)), self._part(slice(cut, None))

    def arrays(self) -> dict[str, Array]:
        """Everything by the names of the step's inputs."""
        arrays = {**self.inputs, TARGET: self.target}
        if self.weight is not None:
            arrays[SAMPLE_WEIGHT] = self.weight
        return arrays

    def weighted(self, weight: Array) -> Samples:
        """The same samples, their weights multiplied by `weight`."""
        return replace(self, weight=weight if self.weight is None else self.weight * weight)

    def _part(self, part: slice) -> Samples:
        return Samples(
            {name: array[part] for name, array in self.inputs.items()},
            self.target[part],
            None if self.weight is None else self.weight[part],
        )


def read_samples(
    graph: Graph, loss: Loss, x: Any, y: Any, *, sample_weight: Any = None, caller: str = "fit"
) -> Samples:
    """Checks and converts everything.

    Args:
        graph: What the samples are for.
        loss: Decides what labels may look like.
        x: One array for a graph with one input; else a dict by input name, or a list.
        y: Labels.
        sample_weight: One weight a sample, at least 0; None: each 1.
        caller: The method the user called, for messages.

    Raises:
        DataError: The data cannot be used; the message names the sample at fault.
    """
    inputs = read_inputs(graph, x, caller=caller)
    count = len(next(iter(inputs.values())))
    if y is None:
        raise DataError(f"{caller}: y is missing; give one label a sample")
    labels = as_array(f"{caller}: y", y)
    if labels.ndim == 0 or len(labels) != count:
        given = "a single number" if labels.ndim == 0 else f"{len(labels)} labels"
        raise DataError(f"{caller}: x holds {count} samples, y {given}; they must be as many")
    target = loss.check(labels, graph.outputs[0].type)
    return Samples(inputs, target, _weights(caller, sample_weight, count))


def read_inputs(graph: Graph, x: Any, *, caller: str) -> dict[str, Array]:
    """The graph's inputs as float32 arrays by name; see `read_samples`."""
    given = _by_name(graph, x, caller)
    arrays = {}
    for value in graph.inputs:
        label = "x" if len(graph.inputs) == 1 else f"x['{value.name}']"
        array = as_array(f"{caller}: {label}", given[value.name])
        _check_shape(caller, label, array, value)
        arrays[value.name] = as_float32(f"{caller}: {label}", array)
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(f"{caller}: the inputs hold different numbers of samples: {lengths}")
    return arrays


def as_array(what: str, data: Any) -> Array:
    """`data` as an array of numbers."""
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise DataError(f"{what} is no regular array: {error}") from None
    if array.dtype.kind not in "buif":
        raise DataError(
            f"{what} holds elements of type {array.dtype}; it must hold numbers "
            "(float, integer or bool), all samples of one shape"
        )
    return array


def as_float32(what: str, array: Array) -> Array:
    """float32, C-contiguous, finite; the array itself where it is that already."""
    if array.dtype == np.float32 and array.flags.c_contiguous:
        converted = array
    else:
        converted = np.empty(array.shape, np.float32)
    row_bytes = max(1, converted.nbytes // max(1, len(converted)))
    rows = max(1, CHUNK_BYTES // row_bytes)
    for start in range(0, len(array), rows):
        chunk = converted[start : start + rows]
        with np.errstate(over="ignore", invalid="ignore"):
            if converted is not array:
                chunk[...] = array[start : start + rows]
            suspicious = array.dtype.kind == "f" and not np.isfinite(chunk.sum())
        if suspicious:
            _require_finite(what, chunk, start)
    return converted


def class_weights(target: Array, weights: Mapping[int, float]) -> Array:
    """One weight a sample, from one weight a class; classes not named count 1.

    Args:
        target: As the loss takes it: class indices [N], rows [N, C], or probabilities [N, 1].
        weights: By class index, each at least 0.
    """
    if target.ndim > 2:
        raise DataError(f"fit: class_weight needs one class a sample, y has shape {target.shape}")
    if target.ndim == 2:
        labels = target.argmax(axis=1) if target.shape[1] > 1 else target[:, 0] > 0.5
    else:
        labels = target
    result = np.ones(len(labels), np.float32)
    for label, weight in weights.items():
        if not 0 <= weight < np.inf:
            raise DataError(
                f"fit: class_weight of class {label} is {weight}, it must be at least 0"
            )
        result[labels == label] = weight
    return result


def _weights(caller: str, given: Any, count: int) -> Array | None:
    if given is None:
        return None
    weights = as_array(f"{caller}: sample_weight", given)
    if weights.shape != (count,):
        raise DataError(
            f"{caller}: sample_weight has shape {weights.shape}, it must be ({count},), one weight "
            "a sample"
        )
    weights = as_float32(f"{caller}: sample_weight", weights)
    if (weights < 0).any():
        index = int((weights < 0).argmax())
        raise DataError(f"{caller}: sample {index} has the weight {weights[index]:g}, below 0")
    return weights


def _by_name(graph: Graph, x: Any, caller: str) -> Mapping[str, Any]:
    names = [value.name for value in graph.inputs]
    if isinstance(x, Mapping):
        if set(x) != set(names):
            raise DataError(f"{caller}: the model's inputs are {names}, x gives {sorted(x)}")
        return x
    if len(names) == 1:
        return {names[0]: x}
    if not isinstance(x, Sequence) or len(x) != len(names):
        raise DataError(f"{caller}: the model has {len(names)} inputs {names}; give a dict by name")
    return dict(zip(names, x, strict=True))


def _check_shape(caller: str, label: str, array: Array, value: Value) -> None:
    wanted = value.shape[1:]
    fits = array.ndim == len(wanted) + 1 and all(
        extent is None or extent == given
        for extent, given in zip(wanted, array.shape[1:], strict=True)
    )
    if not fits:
        shape = ", ".join("?" if extent is None else str(extent) for extent in wanted)
        raise DataError(
            f"{caller}: {label} has shape {array.shape}, the model takes (samples, {shape})"
            f"{_remedy(label, array.shape, wanted)}"
        )
    if len(array) == 0:
        raise DataError(f"{caller}: {label} holds no samples; at least 1 is needed")


def _remedy(label: str, given: tuple[int, ...], wanted: tuple[int | None, ...]) -> str:
    if wanted[-1:] == (1,) and given[1:] == wanted[:-1]:
        return f"; the channel axis is missing: give {label}[..., None]"
    if given == wanted:
        return f"; this is one sample: give {label}[None]"
    if len(wanted) == 3 and given[1:] == (wanted[2], *wanted[:2]):
        return f"; the channels stand first: give {label}.transpose(0, 2, 3, 1)"
    return ""


def _require_finite(what: str, chunk: Array, start: int) -> None:
    finite = np.isfinite(chunk)
    if finite.all():
        return
    index = int((~finite).reshape(len(chunk), -1).any(axis=1).argmax())
    row, good = np.atleast_1d(chunk[index]), np.atleast_1d(finite[index])
    value = "NaN" if np.isnan(row[~good][0]) else f"{row[~good][0]} (in float32)"
    raise DataError(f"{what}: sample {start + index} holds {value}; every value must be finite")
