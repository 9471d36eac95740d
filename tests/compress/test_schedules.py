"""When zeros are set, and that they hold."""

from __future__ import annotations

import numpy as np
import pytest
from compress_nets import make_net

from fastcnn import compress
from fastcnn.compress import schedules
from fastcnn.compress.prune.kernel import Kernel, find_kernels
from fastcnn.compress.prune.schedules.rigl import swap
from fastcnn.errors import InvalidValueError
from fastcnn.models import Model
from fastcnn.train.callbacks import Callback

X = np.random.default_rng(0).random((40, 8, 8, 3), np.float32)
Y = np.random.default_rng(1).random((40, 3)).astype(np.float32)
DATA = (X, Y)
EVERY = [schedules.Iterative(rounds=2), *schedules.names()]


@pytest.fixture(scope="module")
def model() -> Model:
    made = Model.from_graph(make_net(["residual", "grouped"], "flatten"))
    made.compile(optimizer="adam", loss="mse")
    return made


class Watch(Callback):
    """Notes the zeros of all kernels after every batch."""

    def __init__(self) -> None:
        self.zeros: list[list[np.ndarray]] = []

    def on_train_batch_end(self, batch, logs=None) -> None:
        self.zeros.append([kernel.data == 0 for kernel in find_kernels(self.trainer.graph)])

    def sparsity(self) -> list[float]:
        return [np.concatenate([one.ravel() for one in masks]).mean() for masks in self.zeros]


def sparsity(model: Model) -> float:
    zeros = [kernel.data.ravel() == 0 for kernel in find_kernels(model.graph)]
    return float(np.concatenate(zeros).mean())


def arrays(model: Model) -> dict[str, np.ndarray]:
    return {name: value.data for name, value in model.graph.parameters.items()}


@pytest.mark.parametrize("schedule", EVERY, ids=str)
@pytest.mark.parametrize("structure", ["weight", "2:4", "2x2"])
def test_every_schedule_ends_at_the_sparsity_asked_for(
    model: Model, schedule: object, structure: str
) -> None:
    if schedule == "rigl" and structure != "weight":
        pytest.skip("swaps single weights")
    before = {name: array.copy() for name, array in arrays(model).items()}
    share = None if ":" in structure else 0.6

    pruned = compress.prune(
        model,
        sparsity=share,
        structure=structure,
        schedule=schedule,
        data=DATA,
        epochs=3,
        batch_size=8,
    )

    at_once = compress.prune(model, sparsity=share, structure=structure)
    assert sparsity(pruned) == pytest.approx(sparsity(at_once), abs=0.02)
    (record,) = pruned.records
    assert record.details["schedule"] == getattr(schedule, "name", schedule)
    for row in record.details["table"]:
        assert row["after"] <= row["before"]
    for name, array in arrays(model).items():
        np.testing.assert_array_equal(array, before[name])


def test_gradual_sparsity_follows_the_cubic(model: Model) -> None:
    watch = Watch()

    compress.prune(
        model,
        sparsity=0.8,
        schedule=schedules.Gradual(begin=0.2, end=0.8, updates=100),
        data=DATA,
        epochs=10,
        batch_size=8,
        callbacks=[watch],
    )

    steps = 50
    found = watch.sparsity()
    for step in range(1, steps + 1):
        t = min(max((step / steps - 0.2) / 0.6, 0.0), 1.0)
        assert found[step - 1] == pytest.approx(0.8 * (1 - (1 - t) ** 3), abs=0.01)


def test_zeros_hold_while_more_are_set(model: Model) -> None:
    watch = Watch()

    compress.prune(
        model,
        sparsity=0.7,
        schedule="gradual",
        data=DATA,
        epochs=4,
        batch_size=8,
        callbacks=[watch],
    )

    for now, then in zip(watch.zeros, watch.zeros[1:], strict=False):
        for a, b in zip(now, then, strict=True):
            assert b[a].all()


def test_rounds_take_the_same_share_of_what_is_left(model: Model) -> None:
    watch = Watch()

    compress.prune(
        model,
        sparsity=0.875,
        schedule=schedules.Iterative(rounds=3),
        data=DATA,
        epochs=3,
        batch_size=40,
        callbacks=[watch],
    )

    np.testing.assert_allclose(watch.sparsity(), [0.5, 0.75, 0.875], atol=0.01)


@pytest.mark.parametrize("rounds", [1, 2, 4])
def test_channels_go_in_rounds_too(rounds: int) -> None:
    made = Model.from_graph(make_net(["conv", "conv"], "flatten", structure=4))
    made.compile(optimizer="sgd", loss="mse")

    pruned = compress.prune(
        made, sparsity=0.5, structure="channel", schedule=schedules.Iterative(rounds)
    )

    once = compress.prune(made, sparsity=0.5, structure="channel")
    for a, b in zip(find_kernels(pruned.graph), find_kernels(once.graph), strict=True):
        assert a.data.shape == b.data.shape


def test_rewinding_trains_on_from_the_early_weights(model: Model) -> None:
    early = Model.from_graph(make_net(["residual", "grouped"], "flatten", seed=5))

    pruned = compress.prune(
        model,
        sparsity=0.6,
        schedule=schedules.Rewind(rounds=2, to=early),
        data=DATA,
        epochs=2,
        learning_rate=0.0,
    )

    assert sparsity(pruned) == pytest.approx(0.6, abs=0.01)
    for kernel, then in zip(find_kernels(pruned.graph), find_kernels(early.graph), strict=True):
        alive = kernel.data != 0
        np.testing.assert_array_equal(kernel.data[alive], then.data[alive])


def test_rewinding_needs_the_same_model(model: Model) -> None:
    other = Model.from_graph(make_net(["conv"], "flatten"))

    with pytest.raises(InvalidValueError, match="same model earlier in its training"):
        compress.prune(
            model, sparsity=0.5, schedule=schedules.Rewind(to=other), data=DATA, epochs=1
        )


def test_rigl_moves_zeros_and_keeps_their_number(model: Model) -> None:
    watch = Watch()

    pruned = compress.prune(
        model,
        sparsity=0.7,
        scope="layer",
        schedule=schedules.RigL(updates=6),
        data=DATA,
        epochs=4,
        batch_size=8,
        callbacks=[watch],
    )

    start = compress.prune(model, sparsity=0.7, scope="layer")
    for a, b in zip(find_kernels(start.graph), find_kernels(pruned.graph), strict=True):
        assert np.count_nonzero(a.data) == np.count_nonzero(b.data)
    moved = sum((a != b).sum() for a, b in zip(watch.zeros[0], watch.zeros[-1], strict=True))
    assert moved > 0


def test_a_swap_drops_the_smallest_and_grows_the_steepest(model: Model) -> None:
    kernel = list(find_kernels(model.graph))[-1]
    w = np.zeros_like(kernel.data)
    g = np.zeros_like(w)
    w.flat[:4] = [3, -1, 2, 4]
    g.flat[:8] = [9, 9, 9, 9, 1, -5, 0, 2]

    swapped = swap(Kernel(model.graph, kernel.node, w), g, 0.5, 0.1)

    np.testing.assert_allclose(swapped.flat[:8], [3, 0, 0, 4, 0, 0.5, 0, -0.2])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"schedule": "slow"}, "'slow' is no schedule; known: gradual, iterative, one_shot, rigl"),
        ({"schedule": "gradual"}, "give epochs of at least 1"),
        ({"schedule": "rigl", "epochs": 0}, "give epochs of at least 1"),
        ({"schedule": "gradual", "structure": "channel", "epochs": 1}, "schedule='iterative'"),
        ({"schedule": "rigl", "structure": "2x2", "epochs": 1}, "it is '2x2'"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_schedules_that_cannot_be_say_why(model: Model, arguments, message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        compress.prune(model, sparsity=0.5, data=DATA, **arguments)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: schedules.Iterative(rounds=0), "rounds must be at least 1, it is 0"),
        (lambda: schedules.Gradual(begin=0.8), r"end must be in \(begin, 1\]"),
        (lambda: schedules.Gradual(updates=0), "updates must be at least 1"),
        (lambda: schedules.RigL(fraction=1.0), r"fraction must be in \(0, 1\), it is 1.0"),
    ],
)
def test_limits_of_schedules(make, message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        make()
