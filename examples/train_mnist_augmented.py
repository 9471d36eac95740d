"""Reaches 99.4% on MNIST's test images in 10 epochs, with fewer weights than train_mnist.py.

Seeds 0 to 4 gave 99.44, 99.50, 99.55, 99.44 and 99.50%: mean 99.49, standard deviation 0.05.

Give a seed to try another one: `python train_mnist_augmented.py 3`.
"""

from __future__ import annotations

import sys

import fastcnn as fc
from fastcnn import augment, layers, models

EPOCHS = 10
BATCH = 128

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
fc.set_random_seed(seed)
(x, y), (x_test, y_test) = fc.datasets.mnist.load_data()
x, x_test = x[..., None] / 255.0, x_test[..., None] / 255.0


def convolution(filters: int) -> list[layers.Layer]:
    """3x3 convolution, normalised, then the rectifier."""
    return [
        layers.Conv2D(filters, (3, 3), use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
    ]


model = models.Sequential(
    [
        layers.Input((28, 28, 1)),
        *convolution(32),
        layers.MaxPooling2D((2, 2)),
        *convolution(64),
        layers.MaxPooling2D((2, 2)),
        *convolution(64),
        layers.Flatten(),
        layers.Dropout(0.3),
        layers.Dense(10, activation="softmax"),
    ]
)
model.summary()

rate = fc.schedules.OneCycle(0.005)
model.compile(
    optimizer=fc.optimizers.Adam(rate),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
model.fit(
    x,
    y,
    epochs=EPOCHS,
    batch_size=BATCH,
    augment=augment.RandomAffine(rotation=0.03, translation=0.08, zoom=0.1, shear=0.15),
)
loss, accuracy = model.evaluate(x_test, y_test)
print(f"seed {seed}: {100 * accuracy:.2f}% of {len(x_test):,} test images")
model.save("mnist-augmented.fcnn")
