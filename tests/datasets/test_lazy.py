"""Data sets that are read as they are needed."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn import augment, datasets, layers, models, optimizers, set_random_seed
from fastcnn.errors import DataError, InvalidValueError

Image = pytest.importorskip("PIL.Image")


@pytest.fixture
def root(tmp_path):
    """Dark cats and bright dogs, of several sizes."""
    rng = np.random.default_rng(0)
    for name, low in (("cat", 0), ("dog", 128)):
        (tmp_path / name).mkdir()
        for number in range(12):
            pixels = rng.integers(low, low + 128, (8 + number % 3, 8, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{number:02d}.png")
    return tmp_path


def model(loss: str = "sparse_categorical_crossentropy", shape=(8, 8, 3)) -> models.Model:
    set_random_seed(1)
    net = models.Sequential([layers.Input(shape), layers.Flatten(), layers.Dense(2, "softmax")])
    net.set_weights([np.zeros_like(weights) for weights in net.get_weights()])
    net.compile(optimizers.Adam(0.02), loss, ["accuracy"])
    return net


def test_a_folder_is_read_as_load_reads_it(root):
    x, y = datasets.folder.load(root, (8, 8))
    lazy = datasets.ImageFolder(root, (8, 8))

    images, labels = lazy.read(np.array([20, 3]))

    assert (len(lazy), lazy.class_names) == (24, ["cat", "dog"])
    assert images.dtype == np.float32
    places = [sorted(lazy.files).index(lazy.files[i]) for i in (20, 3)]
    np.testing.assert_array_equal(images, x[places] * np.float32(1 / 255))
    assert labels.tolist() == y[places].tolist()


def test_every_part_of_a_folder_has_all_classes(root):
    first, last = datasets.ImageFolder(root, (8, 8)).split(0.5)

    for part in (first, last):
        assert set(part.read(np.arange(12))[1]) == {0, 1}
    orders = [datasets.ImageFolder(root, (8, 8), seed=seed).files for seed in (0, 0, 1)]
    assert orders[0] == orders[1] != orders[2]


def test_a_model_learns_from_a_folder(root):
    lazy = datasets.ImageFolder(root, (8, 8))
    net = model()

    history = net.fit(lazy, epochs=30, batch_size=5, validation_split=0.25, verbose=0)

    assert len(history.history["val_accuracy"]) == 30
    assert net.evaluate(lazy, verbose=0)[1] > 0.9
    assert net.predict(lazy).shape == (24, 2)


def test_a_folder_of_larger_images_is_cropped_and_mixed(root):
    lazy = datasets.ImageFolder(root, (10, 9), channels=1, label_mode="categorical")
    net = model("categorical_crossentropy", (8, 8, 1))

    net.fit(
        lazy,
        epochs=30,
        batch_size=6,
        augment=[augment.RandomCrop(8, 8), augment.MixUp()],
        verbose=0,
    )

    small = datasets.ImageFolder(root, (8, 8), channels=1, label_mode="categorical")
    assert net.evaluate(small, verbose=0)[1] > 0.9


def test_a_broken_file_is_named_when_it_is_read(root):
    (root / "dog" / "05.png").write_bytes(b"broken")

    with pytest.raises(DataError, match=r"05\.png' cannot be read as an image"):
        model().fit(datasets.ImageFolder(root, (8, 8)), verbose=0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"channels": 2}, "channels is 2"), ({"label_mode": "binary"}, "label_mode is 'binary'")],
)
def test_arguments_outside_their_limits_are_named(arguments, message, root):
    with pytest.raises(InvalidValueError, match=message):
        datasets.ImageFolder(root, (8, 8), **arguments)


def test_arrays_on_disk_train_as_arrays_in_memory_do(tmp_path):
    rng = np.random.default_rng(1)
    y = np.arange(60) % 2
    x = (rng.integers(0, 128, (60, 8, 8, 3)) + 127 * y[:, None, None, None]).astype(np.uint8)
    np.save(tmp_path / "x.npy", x)
    lazy = datasets.Arrays(np.load(tmp_path / "x.npy", mmap_mode="r"), y, scale=1 / 255)
    in_memory, on_disk = model(), model()

    for net, data in ((in_memory, (x * np.float32(1 / 255), y)), (on_disk, (lazy,))):
        net._make_trainer().state.seed = 3
        net.fit(*data, epochs=2, batch_size=16, verbose=0)

    for a, b in zip(in_memory.get_weights(), on_disk.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_arrays_carry_weights():
    weight = np.linspace(0, 1, 6)
    data = datasets.Arrays(np.zeros((6, 8, 8, 3)), np.arange(6) % 2, weight)

    assert model().evaluate(data, verbose=0)[0] == pytest.approx(np.log(2) * 0.5, rel=1e-5)


def test_arrays_of_different_lengths_are_refused():
    with pytest.raises(DataError, match=r"x holds 6 samples, y has shape \(5,\)"):
        datasets.Arrays(np.zeros((6, 2)), np.zeros(5))
    with pytest.raises(DataError, match=r"sample_weight has shape \(\)"):
        datasets.Arrays(np.zeros((6, 2)), np.zeros(6), 1.0)
