"""Networks that the CUDA tests run."""

from __future__ import annotations

import fastcnn as fc
from fastcnn import layers, models
from fastcnn.ops import Builder


def mnist_cnn():
    """The convolutional network of the README."""
    fc.set_random_seed(1)
    model = models.Sequential()
    model.add(layers.Conv2D(32, (3, 3), activation="relu", input_shape=(28, 28, 1)))
    model.add(layers.MaxPooling2D((2, 2)))
    model.add(layers.Conv2D(64, (3, 3), activation="relu"))
    model.add(layers.MaxPooling2D((2, 2)))
    model.add(layers.Conv2D(64, (3, 3), activation="relu"))
    model.add(layers.Flatten())
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    return model


def residual_cnn():
    """Batch normalisation, a depthwise convolution, a residual sum, two kinds of global pooling."""
    fc.set_random_seed(2)
    x = layers.Input((9, 7, 3))
    y = layers.Conv2D(12, (3, 3), strides=(2, 1), padding="same")(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    z = layers.DepthwiseConv2D((3, 3), padding="same")(y)
    z = layers.Conv2D(12, (1, 1))(z)
    y = layers.ReLU()(layers.Add()([y, z]))
    y = layers.Concatenate()([layers.GlobalAveragePooling2D()(y), layers.GlobalMaxPooling2D()(y)])
    return models.Model(x, layers.Dense(5, activation="sigmoid")(y))


def dropping_cnn():
    """A strided convolution, average pooling, dropout, a penalty, softmax of another loss."""
    fc.set_random_seed(3)
    return models.Sequential(
        [
            layers.Conv2D(
                6, 3, strides=2, padding="same", activation="tanh", input_shape=(8, 8, 3)
            ),
            layers.Conv2D(4, 3, kernel_regularizer="l2"),
            layers.LeakyReLU(),
            layers.AveragePooling2D((2, 2), strides=(1, 1)),
            layers.Flatten(),
            layers.Dropout(0.25),
            layers.Dense(3, activation="softmax"),
        ]
    )


def doubling():
    """A session on the device that doubles rows of three."""
    g = Builder()
    x = g.input("x", (None, 3))
    return fc.compile(g.build([g.apply("add", x, x)]), device="cuda")
