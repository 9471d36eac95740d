"""Training on `device="cuda"`, in the emulator: what the CPU gives, and where the state is."""

from __future__ import annotations

import gc

import numpy as np
import pytest

import fastcnn as fc
from fastcnn import compress, layers, models, runtime
from fastcnn.errors import TrainingError, UnsupportedError
from fastcnn.ops import Builder
from fastcnn.train import callbacks, losses
from fastcnn.train.losses import SparseCategoricalCrossentropy
from fastcnn.train.optimizers import LARS, SGD, SWA, Adam, AdamW, Lamb, Lookahead, Muon
from fastcnn.train.step_graph import training_graph
from tests.cuda.networks import dropping_cnn, mnist_cnn, residual_cnn

RATE = 1e-2
SCHEDULES = 3


def digits(rng, count):
    return rng.random((count, 28, 28, 1), np.float32), rng.integers(0, 10, count)


def weights_of(model):
    return {name: value.data for name, value in model.graph.parameters.items()}


def fitted(make, data, optimizer, loss, **how):
    """The model after one epoch, and the figures of it."""
    model = make()
    model.compile(optimizer, loss, metrics=["accuracy"])
    history = model.fit(*data, shuffle=False, verbose=0, **how)
    return weights_of(model), {name: values[0] for name, values in history.history.items()}


def assert_same_training(make, data, optimizer, loss, atol=1e-5, **how):
    """On the device and on the CPU, to within `atol` of a weight; gives the weights."""
    mine, figures = fitted(make, data, optimizer, loss, device="cuda", **how)
    wanted, expected = fitted(make, data, optimizer, loss, winograd=False, **how)
    for name, array in wanted.items():
        np.testing.assert_allclose(mine[name], array, rtol=1e-5, atol=atol, err_msg=name)
    assert figures == pytest.approx(expected, rel=1e-5, abs=1e-6)
    return mine


# Adam divides the gradient by its own size: where it is all rounding, so is the direction.
@pytest.mark.parametrize(
    ("optimizer", "atol"),
    [(SGD(RATE, momentum=0.9), 2e-6), (Adam(RATE), 0.05 * RATE), (AdamW(RATE), 0.05 * RATE)],
    ids=["sgd", "adam", "adamw"],
)
def test_mnist_trains_as_on_the_cpu(emulated, optimizer, atol, rng):
    # The second batch is smaller: its plan works on the same state.
    how = {"batch_size": 4, "validation_split": 0.25}
    loss = "sparse_categorical_crossentropy"

    assert_same_training(mnist_cnn, digits(rng, 8), optimizer, loss, atol, **how)


def test_batch_normalisation_depthwise_and_concatenation_train_as_on_the_cpu(emulated, rng):
    data = rng.random((6, 9, 7, 3), np.float32), rng.random((6, 5), np.float32).round()

    assert_same_training(residual_cnn, data, SGD(RATE, momentum=0.9), "binary_crossentropy")


def test_dropout_and_penalties_train_as_on_the_cpu(emulated, rng):
    data = rng.random((4, 8, 8, 3), np.float32), rng.random((4, 3), np.float32)

    assert_same_training(dropping_cnn, data, "rmsprop", "mse", atol=0.05 * 1e-3)


def small_net():
    fc.set_random_seed(4)
    return models.Sequential(
        [layers.Dense(5, activation="elu", input_shape=(6,)), layers.Dense(3, activation="softmax")]
    )


@pytest.mark.parametrize(
    "optimizer",
    [
        SGD(RATE, clipnorm=0.1),
        SGD(RATE, global_clipnorm=0.1),
        SGD(RATE, clipvalue=0.01, use_ema=True),
        SWA(SGD(RATE), average_period=1),
        Lookahead(SGD(RATE), sync_period=1),
        # The rates of these depend on norms: the device computes them.
        LARS(RATE),
        Lamb(RATE),
        Muon(RATE),
    ],
    ids=["clipnorm", "global_clipnorm", "ema", "swa", "lookahead", "lars", "lamb", "muon"],
)
def test_what_is_around_an_optimizer_works_as_on_the_cpu(emulated, optimizer, rng):
    data = rng.random((4, 6), np.float32), rng.integers(0, 3, 4)
    loss = SparseCategoricalCrossentropy(label_smoothing=0.1)

    assert_same_training(small_net, data, optimizer, loss, atol=1e-6, batch_size=2)


def test_a_pruned_model_keeps_its_zeros(emulated, rng):
    def pruned():
        return compress.prune(mnist_cnn(), sparsity=0.8)

    data = digits(rng, 4)
    before = weights_of(pruned())
    loss = "sparse_categorical_crossentropy"
    after = assert_same_training(pruned, data, SGD(RATE), loss, batch_size=4)

    kernel = before["dense/kernel"]
    assert (kernel == 0).mean() > 0.5
    np.testing.assert_array_equal(after["dense/kernel"] == 0, kernel == 0)
    assert (after["dense/kernel"] != kernel).any()


def test_every_schedule_gives_the_same_weights(emulated, rng):
    data = digits(rng, 2)
    first = None
    for seed in range(SCHEDULES):
        emulated.configure(seed=seed, os_threads=1 + seed % 2)
        weights, _ = fitted(
            mnist_cnn, data, SGD(RATE), "sparse_categorical_crossentropy", device="cuda"
        )
        first = first or weights
        for name, array in weights.items():
            np.testing.assert_array_equal(array, first[name], name)


def test_a_limit_of_memory_changes_no_bit(emulated, rng):
    loss = losses.get("sparse_categorical_crossentropy")
    graph = training_graph(mnist_cnn().graph, SGD(RATE), loss)
    x, y = digits(rng, 2)
    scalars = {"learning_rate": np.float32(RATE), "step": np.int32(1)}
    feeds = {"input": x, "target": np.int32(y)} | scalars
    step = runtime.compile_step(graph, device="cuda")
    step.run(feeds)
    shapes = tuple(np.shape(feeds[value.name]) for value in graph.inputs)
    whole = step.plan(shapes).arena_bytes

    limited = runtime.compile_step(graph, device="cuda", memory_limit=whole - 1)
    limited.run(feeds)

    assert limited.plan(shapes).arena_bytes < whole
    for name, array in step.state.items():
        np.testing.assert_array_equal(limited.state[name], array, name)


def counting_step():
    """w <- w - lr (w + x), by an update of SGD."""
    g = Builder()
    x, lr = g.input("x", (3,)), g.input("lr", ())
    w = g.parameter("w", np.zeros(3, np.float32))
    v = g.parameter("v", np.zeros(3, np.float32))
    new_w, new_v = g.apply_all(
        "sgd_update",
        *(w, g.apply("add", w, x), v, lr),
        **{"momentum": 0.0, "nesterov": 0, "l1": 0.0, "l2": 0.0, "hold_zeros": 0},
        weight_decay=0.0,
    )
    g.update(w, new_w)
    g.update(v, new_v)
    return g.build([g.apply("reduce_mean", w)])


def test_state_that_is_written_between_runs_counts(emulated):
    step = runtime.compile_step(counting_step(), device="cuda")
    feeds = {"x": np.float32([1, 2, 3]), "lr": np.float32(0.5)}

    step.run(feeds)
    np.testing.assert_array_equal(step.state["w"], [-0.5, -1, -1.5])
    step.state["w"][...] = 3
    (mean,) = step.run(feeds).values()

    assert mean == 3
    np.testing.assert_array_equal(step.state["w"], [1, 0.5, 0])
    np.testing.assert_array_equal(step.graph.values["w"].data, [1, 0.5, 0])


def test_parameters_may_become_what_others_were(emulated):
    """(a, b, c) <- (b, a + x, x), where a is a result too."""
    g = Builder()
    x = g.input("x", (3,))
    a, b, c = (g.parameter(name, np.full(3, i, np.float32)) for i, name in enumerate("abc"))
    g.update(b, g.apply("add", a, x))
    g.update(a, b)
    g.update(c, x)
    step = runtime.compile_step(g.build([a]), device="cuda")

    for results in ([0, 1, 2], [1, 3, 3], [3, 4, 3]):
        before = {name: step.state[name].copy() for name in "abc"}
        assert [before[name][0] for name in "abc"] == results
        np.testing.assert_array_equal(step.run({"x": np.full(3, 3, np.float32)})["a"], before["a"])


def test_a_step_leaves_nothing_on_the_device(emulated):
    gc.collect()
    before = emulated.device_bytes()
    step = runtime.compile_step(counting_step(), device="cuda")
    step.run({"x": np.float32([1, 2, 3]), "lr": np.float32(0.5)})
    assert emulated.device_bytes() > before

    del step
    gc.collect()

    assert emulated.device_bytes() == before


def test_divergence_goes_back_to_the_last_good_epoch(emulated, rng):
    model = mnist_cnn()
    before = weights_of(model)
    model.compile(SGD(1e30), "sparse_categorical_crossentropy")

    with pytest.raises(TrainingError, match="back at the end of the last good epoch"):
        model.fit(*digits(rng, 4), batch_size=2, device="cuda", verbose=0)

    for name, array in weights_of(model).items():
        np.testing.assert_array_equal(array, before[name], name)


def test_callbacks_see_the_weights_of_now(emulated, rng):
    seen = []

    class Watch(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(self.trainer.state.arrays["dense_1/bias"].copy())

    model = mnist_cnn()
    model.compile(SGD(RATE), "sparse_categorical_crossentropy")
    model.fit(*digits(rng, 4), batch_size=2, callbacks=[Watch()], device="cuda", verbose=0)

    assert len(seen) == 2
    assert (seen[0] != seen[1]).all()
    np.testing.assert_array_equal(weights_of(model)["dense_1/bias"], seen[1])


def test_what_has_no_kernel_is_named(emulated):
    g = Builder()
    w = g.parameter("w", np.ones(3, np.float32))
    g.update(w, g.apply("sin", w))
    step = runtime.compile_step(g.build([w]), device="cuda")

    with pytest.raises(UnsupportedError, match=r"cuda: 'sin': sin: has no CUDA kernel"):
        step.run({})


def test_an_unknown_device_is_an_error():
    model = mnist_cnn()
    model.compile("sgd", "sparse_categorical_crossentropy")

    with pytest.raises(UnsupportedError, match="fit: device 'tpu' is not there"):
        model.fit(np.zeros((1, 28, 28, 1)), np.zeros(1), device="tpu", verbose=0)
