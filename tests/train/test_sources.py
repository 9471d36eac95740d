"""Batches from data sets and iterators train as arrays do, whatever the number of workers."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from fastcnn.errors import DataError, InvalidValueError
from fastcnn.train.batches import Dataset, ahead
from fastcnn.train.callbacks import Callback
from fastcnn.train.optimizers import SGD
from tests.train.nets import blobs, same_bits, trainer

X, Y = blobs()
WEIGHT = np.linspace(0, 2, len(X))


class Lazy(Dataset):
    """The blobs, read late and, where asked, with weights."""

    def __init__(self, *extra: np.ndarray, x: np.ndarray = X) -> None:
        self.x, self.extra, self.threads = x, extra, set()

    def __len__(self) -> int:
        return len(self.x)

    def read(self, indices):
        self.threads.add(threading.get_ident())
        return self.x[indices], Y[indices], *(array[indices] for array in self.extra)


class Sizes(Callback):
    """Counts the batches of every epoch."""

    def __init__(self) -> None:
        self.counts: list[int] = []

    def on_epoch_begin(self, epoch, logs=None):
        self.counts.append(0)

    def on_train_batch_begin(self, batch, logs=None):
        assert batch == self.counts[-1]
        self.counts[-1] += 1


class Anew:
    """Batches that begin anew each epoch."""

    def __iter__(self):
        return (batch for batch in batches())


def batches(size: int = 16, *extra: np.ndarray):
    for start in range(0, len(X), size):
        part = slice(start, start + size)
        yield X[part], Y[part], *(array[part] for array in extra)


def endless(size: int = 16):
    while True:
        yield from batches(size)


def noise(images, labels, rng):
    return images + rng.standard_normal(images.shape).astype(np.float32), labels


def trained(*data, **arguments):
    coach = trainer()
    coach.fit(*data, epochs=3, batch_size=16, verbose=0, **arguments)
    return coach.state.get_weights()


@pytest.mark.parametrize("workers", [0, 1, 3, None])
def test_a_data_set_trains_as_arrays_do(workers):
    assert same_bits(trained(X, Y), trained(Lazy(), workers=workers))


def test_a_data_set_is_read_in_other_threads():
    data = Lazy()

    trained(data, workers=2)

    assert threading.get_ident() not in data.threads


def test_weights_of_samples_and_classes_come_through():
    by_array = trained(X, Y, sample_weight=WEIGHT, class_weight={1: 3.0})

    assert same_bits(by_array, trained(Lazy(WEIGHT), class_weight={1: 3.0}))
    lists = trained(X, Y, sample_weight=WEIGHT, class_weight={1: 3.0}, shuffle=False)
    once = [tuple(batch) for batch in batches(16, WEIGHT)] * 3
    assert same_bits(lists, trained(iter(once), steps_per_epoch=4, class_weight={1: 3.0}))


@pytest.mark.parametrize("workers", [0, None])
@pytest.mark.parametrize("given", [endless, Anew], ids=["iterator", "iterable"])
def test_batches_of_the_users_train_as_arrays_do(given, workers):
    steps = 4 if given is endless else None

    expected = trained(X, Y, shuffle=False)
    assert same_bits(expected, trained(given(), steps_per_epoch=steps, workers=workers))


def test_an_iterator_goes_on_and_is_not_read_beyond_the_fit():
    source, sizes = iter(range(100)), Sizes()

    coach = trainer()
    coach.fit(
        ((X[i : i + 2], Y[i : i + 2]) for i in source),
        epochs=2, steps_per_epoch=5, callbacks=[sizes], verbose=0,
    )  # fmt: skip

    assert sizes.counts == [5, 5]
    assert next(source) == 10


def test_an_iterator_that_ends_is_told_of():
    with pytest.raises(DataError, match="ended after 4 of 5 batches of an epoch"):
        trained(batches(), steps_per_epoch=5)
    with pytest.raises(DataError, match="ended after 0 of 1 batches"):
        trained(batches())


def test_steps_an_epoch_take_the_first_of_its_order():
    sizes = Sizes()

    few = trained(X, Y, steps_per_epoch=2, callbacks=[sizes])

    assert sizes.counts == [2, 2, 2]
    assert same_bits(few, trained(Lazy(), steps_per_epoch=2))
    assert not same_bits(few, trained(X, Y))
    with pytest.raises(InvalidValueError, match="60 samples in batches of 16 make 4"):
        trained(X, Y, steps_per_epoch=5)


@pytest.mark.parametrize("validation", [
    {"validation_data": (X[48:], Y[48:])},
    {"validation_data": Anew()},
    {"validation_data": endless(), "validation_steps": 2},
    {"validation_data": Lazy()},
])  # fmt: skip
def test_validation_takes_what_training_takes(validation):
    coach = trainer()

    history = coach.fit(X, Y, epochs=2, batch_size=16, verbose=0, **validation)

    assert len(history.history["val_loss"]) == 2
    if "validation_steps" not in validation and not isinstance(
        validation["validation_data"], tuple
    ):
        assert history.history["val_loss"][-1] == pytest.approx(coach.evaluate(X, Y)["loss"])


def test_the_last_share_of_a_data_set_validates():
    whole, arrays = trainer(), trainer()

    lazily = whole.fit(Lazy(), validation_split=0.2, batch_size=16, verbose=0)
    expected = arrays.fit(X, Y, validation_split=0.2, batch_size=16, verbose=0)

    assert same_bits(whole.state.get_weights(), arrays.state.get_weights())
    assert lazily.history["val_accuracy"] == expected.history["val_accuracy"]
    with pytest.raises(InvalidValueError, match="an iterator has no last part"):
        trainer().fit(Anew(), validation_split=0.2, verbose=0)


def test_validation_comes_as_often_as_asked():
    history = trainer().fit(X, Y, epochs=5, validation_data=(X, Y), validation_freq=2, verbose=0)

    assert len(history.history["loss"]) == 5
    assert len(history.history["val_loss"]) == 2


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_augmentation_does_not_depend_on_the_workers(workers):
    augmented = trained(X, Y, augment=noise, workers=workers)

    assert same_bits(augmented, trained(X, Y, augment=[noise]))
    assert same_bits(augmented, trained(Lazy(), augment=noise, workers=2))
    assert not same_bits(augmented, trained(X, Y))


def test_augmentation_may_bring_larger_images_to_size():
    large = np.pad(X, ((0, 0), (1, 1), (2, 2), (0, 0)))

    def cut(images, labels, rng):
        return images[:, 1:-1, 2:-2], labels

    assert same_bits(trained(X, Y), trained(Lazy(x=large), augment=cut))


@pytest.mark.parametrize(("augment", "message"), [
    (lambda x, y, rng: (x[1:], y), r"made images of shape \(15, 4, 4, 1\)"),
    (lambda x, y, rng: (x[:, 1:], y), r"images of shape \(16, 3, 4, 1\) and targets of int32"),
    (lambda x, y, rng: (x, y * 0.5), "targets of float64"),
])  # fmt: skip
def test_augmentation_that_does_not_fit_the_model_is_refused(augment, message):
    with pytest.raises(DataError, match=message):
        trained(X, Y, augment=augment)


@pytest.mark.parametrize(("data", "arguments", "error", "message"), [
    ((Lazy(), Y), {}, DataError, "x is a Lazy, which gives y itself"),
    ((Lazy(),), {"sample_weight": WEIGHT}, DataError, "sample_weight itself"),
    ((Anew(),), {"augment": noise}, InvalidValueError, "augment in the iterator itself"),
    ((iter([X]),), {}, DataError, r"a batch must be \(x, y\)"),
    ((Lazy(x=X[:0]),), {}, DataError, "holds no samples"),
    ((Lazy(x=X[..., 0]),), {}, DataError, "the channel axis is missing"),
    ((X, Y), {"augment": [noise, 3]}, InvalidValueError, "it holds 3"),
    ((X, Y), {"workers": -1}, InvalidValueError, "workers is -1"),
    ((X, Y), {"validation_freq": 0}, InvalidValueError, "validation_freq is 0"),
])  # fmt: skip
def test_what_cannot_be_used_is_told(data, arguments, error, message):
    with pytest.raises(error, match=message):
        trained(*data, **arguments)


def test_evaluation_and_prediction_take_them_too():
    coach = trainer()
    expected, y = coach.evaluate(X, Y, sample_weight=WEIGHT), coach.predict(X)

    for given in (Lazy(WEIGHT), batches(16, WEIGHT)):
        assert coach.evaluate(given, batch_size=16) == pytest.approx(expected)
    for given in (Lazy(), batches(16), (x for x, _ in batches(16))):
        np.testing.assert_allclose(coach.predict(given), y, rtol=1e-6)
    assert len(coach.predict(endless(), steps=2)) == 32
    assert len(coach.predict(Lazy(), batch_size=8, steps=2)) == 16
    with pytest.raises(DataError, match="predict: the iterator ended after 4 batches, 5 were"):
        coach.predict(batches(16), steps=5)


def test_single_batches_train_as_fit_does():
    whole, single = trainer(), trainer()
    whole.fit(X[:32], Y[:32], batch_size=16, shuffle=False, class_weight={0: 2.0}, verbose=0)

    before = single.evaluate(X[:16], Y[:16])
    figures = single.train_on_batch(X[:16], Y[:16], class_weight={0: 1.0})
    assert figures == pytest.approx(before, rel=1e-5)
    single = trainer()
    for x, y in ((X[:16], Y[:16]), (X[16:32], Y[16:32])):
        single.train_on_batch(x, y, class_weight={0: 2.0})

    assert same_bits(whole.state.get_weights(), single.state.get_weights())
    single.fit(X, Y, verbose=0)
    single.train_on_batch(X, Y)
    assert single.state.step == 5


def test_a_schedule_as_long_as_the_fit_needs_its_length():
    with pytest.raises(InvalidValueError, match=r"CosineDecay is as long.*give steps_per"):
        trainer(optimizer=SGD("cosine")).fit(batches(), verbose=0)

    counted, arrays = trainer(optimizer=SGD("cosine")), trainer(optimizer=SGD("cosine"))
    counted.fit(Anew(), epochs=2, steps_per_epoch=4, verbose=0)
    arrays.fit(X, Y, epochs=2, batch_size=16, shuffle=False, verbose=0)
    assert same_bits(counted.state.get_weights(), arrays.state.get_weights())


def test_work_ahead_is_in_order_and_bounded():
    begun: list[int] = []

    def slow(number: int) -> int:
        begun.append(number)
        time.sleep(0.002 * (number % 3))
        return number

    results = ahead(slow, range(20), workers=2)
    assert next(results) == 0
    assert len(begun) <= 5
    assert list(results) == list(range(1, 20))


def test_errors_come_out_where_their_result_would_have():
    def fail(number: int) -> int:
        if number == 2:
            raise DataError("the third")
        return number

    results = ahead(fail, range(9), workers=2)

    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(DataError, match="the third"):
        next(results)


def test_closing_ends_the_threads():
    before = threading.active_count()
    results = ahead(lambda number: number, iter(int, 1), workers=2)
    next(results)

    results.close()

    assert threading.active_count() == before
