"""Where training diverges, the layer is named."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn import layers, random
from fastcnn.train import Trainer
from fastcnn.train.callbacks import Callback, TerminateOnNaN
from fastcnn.train.not_finite import first_not_finite
from fastcnn.train.optimizers import SGD
from tests.train.nets import blobs, same_bits, trainer

X, Y = blobs()
ONE_HOT = np.eye(3)[Y]


def net():
    random.set_random_seed(1)
    x = layers.Input((4, 4, 1), name="image")
    y = layers.Flatten(name="flat")(layers.Conv2D(4, 3, name="conv")(x))
    y = layers.Dense(5, name="hidden")(layers.Dropout(0.2, name="drop")(y))
    return layers.build_graph([x], [layers.Dense(3, name="head")(y)])


class Set(Callback):
    """Makes one weight huge before the third batch of the second epoch."""

    def __init__(self, name: str, value: float) -> None:
        self.name, self.value = name, value

    def on_epoch_begin(self, epoch, logs=None):
        self.good = self.trainer.state.to_dict()

    def on_train_batch_end(self, batch, logs=None):
        if self.trainer.state.step == 6:
            self.trainer.state.arrays[self.name][...] = self.value


@pytest.mark.parametrize(
    ("name", "value", "layer"),
    [
        ("conv/kernel", np.nan, "conv"),
        ("conv/kernel", 1e38, "conv"),
        ("hidden/kernel", 1e38, "hidden"),
        ("head/kernel", 3e38, "head"),
        ("head/bias", 1e30, "loss"),
    ],
)
def test_training_ends_quietly_and_the_layer_is_named(name, value, layer):
    coach = Trainer(net(), optimizer=SGD(1e-3), loss="mse", seed=1)
    terminate, set_ = TerminateOnNaN(), Set(name, value)

    with pytest.warns(UserWarning, match=rf"began in layer '{layer}'.*in batch 3 of epoch 2"):
        history = coach.fit(
            X, ONE_HOT, epochs=5, batch_size=16, callbacks=[terminate, set_], verbose=0
        )

    assert terminate.layer == layer
    assert history.epoch == [0]
    assert same_bits(coach.state.get_weights(), set_.good["weights"])
    assert coach.state.epoch == 1


def test_a_gradient_that_overflows_is_laid_to_the_layer_nearest_the_loss():
    coach = Trainer(net(), optimizer="sgd", loss="mse", seed=1)
    graph = coach.step_graph(weighted=False)
    feeds = {"image": X[:8] * 1e10, "target": ONE_HOT[:8].astype(np.float32)}
    feeds |= {"learning_rate": np.float32(1e35), "step": np.int32(1)}

    layer = first_not_finite(graph, {name: np.asarray(array) for name, array in feeds.items()})

    assert layer == "head"


def test_where_all_is_finite_no_layer_is_named():
    coach = Trainer(net(), optimizer="sgd", loss="mse", seed=1)
    feeds = {"image": X[:8], "target": ONE_HOT[:8].astype(np.float32)}
    feeds |= {"learning_rate": np.float32(0.01), "step": np.int32(1)}
    feeds = {name: np.asarray(array) for name, array in feeds.items()}

    assert first_not_finite(coach.step_graph(weighted=False), feeds) is None


def test_training_that_does_well_is_left_alone():
    plain, watched = trainer(), trainer()
    plain.fit(X, Y, epochs=2, verbose=0)

    terminate = TerminateOnNaN()
    watched.fit(X, Y, epochs=2, callbacks=[terminate], verbose=0)

    assert terminate.layer is None
    assert same_bits(plain.state.get_weights(), watched.state.get_weights())
