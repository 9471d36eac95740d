"""What a report shows: plain data, made by the command line and rendered by `render`."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Layer:
    """One layer of a model, as the per-layer tables show it.

    Args:
        name: Matches the layer of the same name in another model.
        kind: As the class of `fastcnn.layers` that makes it.
        shape: Shape of what it gives for one image, as `26 x 26 x 32`.
        parameters: Elements of its weights and statistics.
        nonzeros: Those that are not zero.
        macs: Multiply-accumulates for one image.
    """

    name: str
    kind: str
    shape: str
    parameters: int
    nonzeros: int
    macs: int


@dataclass(frozen=True)
class Curve:
    """How a training run went, epoch by epoch.

    Epoch 0 of a fine-tuning run is the model as compression left it, before any training.

    Args:
        epochs: Numbers of the epochs; a fine-tuning run goes on from those of its parent.
        accuracy: On the validation images, a share from 0 to 1.
        loss: On the training images; None where nothing was trained yet.
    """

    epochs: tuple[int, ...]
    accuracy: tuple[float, ...]
    loss: tuple[float | None, ...]


@dataclass(frozen=True)
class Entry:
    """One model of the comparison.

    Args:
        name: Short and unique, as `weights pruned 90%`.
        how: How it was made, in a sentence.
        accuracy: On the test images, a share from 0 to 1; NaN where it was not tested.
        parameters: Elements of all weights.
        nonzeros: Those that are not zero.
        macs: Multiply-accumulates for one image, zeros included.
        bytes_on_disk: Size of the model file.
        latency_ms: Median milliseconds for one image.
        throughput: Images per second at batch 64.
        layers: Its layers, in order.
        removed: What compression took out, a sentence each.
        curve: How it was trained; None where it was not.
    """

    name: str
    how: str
    accuracy: float
    parameters: int
    nonzeros: int
    macs: int
    bytes_on_disk: int
    latency_ms: float
    throughput: float
    layers: tuple[Layer, ...] = ()
    removed: tuple[str, ...] = ()
    curve: Curve | None = None


@dataclass(frozen=True)
class Report:
    """Everything one page shows.

    Args:
        title: Heading of the page.
        subtitle: What was done, on which data, in a sentence.
        command: The command that makes this report again.
        machine: Pairs of a word and what it is on the machine that measured.
        entries: The models; the first is the one the others are compared with.
        notes: What a reader of the table must know, a sentence each.
    """

    title: str
    subtitle: str
    command: str
    machine: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def original(self) -> Entry:
        """The model the others are compared with."""
        return self.entries[0]
