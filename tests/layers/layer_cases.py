"""One case at least for every layer: how to make it, and the shapes of its inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from fastcnn import layers
from fastcnn.layers import Layer, SymbolicTensor

IMAGE = (6, 7, 4)


@dataclass(frozen=True)
class Case:
    """A layer that can be made, and what it is called on and gives, without the batch."""

    make: Callable[[], Layer]
    output: tuple[int, ...]
    inputs: tuple[tuple[int, ...], ...] = field(default=(IMAGE,))

    def model(self) -> tuple[list[SymbolicTensor], SymbolicTensor]:
        """Inputs, and the layer's output."""
        given = [layers.Input(shape) for shape in self.inputs]
        return given, self.make()(given if len(given) > 1 else given[0])


CASES = {
    "Activation": Case(lambda: layers.Activation("tanh"), IMAGE),
    "Activation of a vector": Case(lambda: layers.Activation("softmax"), (5,), ((5,),)),
    "Add": Case(lambda: layers.Add(), IMAGE, (IMAGE, IMAGE, IMAGE)),
    "Average": Case(lambda: layers.Average(), IMAGE, (IMAGE, IMAGE, IMAGE)),
    "AveragePooling2D": Case(lambda: layers.AveragePooling2D(), (3, 3, 4)),
    "AveragePooling2D same": Case(
        lambda: layers.AveragePooling2D(3, strides=2, padding="same"), (3, 4, 4)
    ),
    "BatchNormalization": Case(lambda: layers.BatchNormalization(), IMAGE),
    "BatchNormalization of a vector": Case(lambda: layers.BatchNormalization(), (5,), ((5,),)),
    "BatchNormalization of a row": Case(lambda: layers.BatchNormalization(), (3, 5), ((3, 5),)),
    "BatchNormalization bare": Case(
        lambda: layers.BatchNormalization(center=False, scale=False), IMAGE
    ),
    "Concatenate": Case(lambda: layers.Concatenate(), (6, 7, 6), (IMAGE, (6, 7, 2))),
    "Concatenate rows": Case(lambda: layers.Concatenate(axis=1), (8, 7, 4), (IMAGE, (2, 7, 4))),
    "Conv1D": Case(lambda: layers.Conv1D(3, 2, activation="relu"), (4, 3), ((5, 6),)),
    "Conv1D same": Case(
        lambda: layers.Conv1D(4, 3, 2, padding="same", groups=2, use_bias=False), (3, 4), ((5, 6),)
    ),
    "Conv1D causal": Case(
        lambda: layers.Conv1D(3, 2, dilation_rate=3, padding="causal"), (5, 3), ((5, 6),)
    ),
    "Conv2D": Case(lambda: layers.Conv2D(3, 2, activation="relu"), (5, 6, 3)),
    "Conv2D same": Case(lambda: layers.Conv2D(3, (3, 2), strides=2, padding="same"), (3, 4, 3)),
    "Conv2D dilated": Case(lambda: layers.Conv2D(3, 2, dilation_rate=(2, 3)), (4, 4, 3)),
    "Conv2D grouped": Case(lambda: layers.Conv2D(6, 3, groups=2, use_bias=False), (4, 5, 6)),
    "Conv2DTranspose": Case(lambda: layers.Conv2DTranspose(3, 3, activation="relu"), (8, 9, 3)),
    "Conv2DTranspose same": Case(
        lambda: layers.Conv2DTranspose(3, (4, 3), 2, padding="same", use_bias=False), (12, 14, 3)
    ),
    "Conv2DTranspose wide": Case(lambda: layers.Conv2DTranspose(3, 2, (3, 2)), (18, 14, 3)),
    "Conv2DTranspose more": Case(
        lambda: layers.Conv2DTranspose(3, 3, 2, padding="same", output_padding=1), (12, 14, 3)
    ),
    "Cropping2D": Case(lambda: layers.Cropping2D(((1, 2), (0, 3))), (3, 4, 4)),
    "Dense": Case(lambda: layers.Dense(3, activation="sigmoid"), (3,), ((5,),)),
    "Dense bare": Case(lambda: layers.Dense(3, use_bias=False), (3,), ((5,),)),
    "DepthwiseConv2D": Case(lambda: layers.DepthwiseConv2D(3, depth_multiplier=2), (4, 5, 8)),
    "DepthwiseConv2D same": Case(
        lambda: layers.DepthwiseConv2D(3, strides=2, padding="same", use_bias=False), (3, 4, 4)
    ),
    "Dropout": Case(lambda: layers.Dropout(0.5, seed=3), IMAGE),
    "ELU": Case(lambda: layers.ELU(0.7), IMAGE),
    "Flatten": Case(lambda: layers.Flatten(), (168,)),
    "Flatten of a row": Case(lambda: layers.Flatten(), (15,), ((3, 5),)),
    "GELU": Case(lambda: layers.GELU(), IMAGE),
    "GELU approximate": Case(lambda: layers.GELU(approximate=True), (5,), ((5,),)),
    "GlobalAveragePooling1D": Case(lambda: layers.GlobalAveragePooling1D(), (5,), ((3, 5),)),
    "GlobalAveragePooling1D kept": Case(
        lambda: layers.GlobalAveragePooling1D(keepdims=True), (1, 5), ((3, 5),)
    ),
    "GlobalAveragePooling2D": Case(lambda: layers.GlobalAveragePooling2D(), (4,)),
    "GlobalAveragePooling2D kept": Case(
        lambda: layers.GlobalAveragePooling2D(keepdims=True), (1, 1, 4)
    ),
    "GlobalMaxPooling2D": Case(lambda: layers.GlobalMaxPooling2D(), (4,)),
    "GroupNormalization": Case(lambda: layers.GroupNormalization(2), IMAGE),
    "GroupNormalization of a row": Case(
        lambda: layers.GroupNormalization(3, center=False), (3, 6), ((3, 6),)
    ),
    "GroupNormalization of a vector": Case(lambda: layers.GroupNormalization(2), (6,), ((6,),)),
    "GroupNormalization of single channels": Case(
        lambda: layers.GroupNormalization(-1, scale=False), IMAGE
    ),
    "LayerScale": Case(lambda: layers.LayerScale(0.5), IMAGE),
    "LayerScale of a vector": Case(lambda: layers.LayerScale(), (5,), ((5,),)),
    "LayerNormalization": Case(lambda: layers.LayerNormalization(), IMAGE),
    "LayerNormalization of a row": Case(lambda: layers.LayerNormalization(), (3, 5), ((3, 5),)),
    "LayerNormalization bare": Case(
        lambda: layers.LayerNormalization(center=False, scale=False), (5,), ((5,),)
    ),
    "LeakyReLU": Case(lambda: layers.LeakyReLU(0.1), IMAGE),
    "MaxPooling2D": Case(lambda: layers.MaxPooling2D(2, strides=1), (5, 6, 4)),
    "MaxPooling2D same": Case(
        lambda: layers.MaxPooling2D((3, 2), strides=(2, 3), padding="same"), (3, 3, 4)
    ),
    "Maximum": Case(lambda: layers.Maximum(), IMAGE, (IMAGE, IMAGE, (1, 1, 4))),
    "Minimum": Case(lambda: layers.Minimum(), IMAGE, (IMAGE, IMAGE)),
    "Multiply": Case(lambda: layers.Multiply(), IMAGE, (IMAGE, (1, 1, 4))),
    "Multiply vectors": Case(lambda: layers.Multiply(), (5,), ((5,), (5,))),
    "PReLU": Case(lambda: layers.PReLU("ones"), IMAGE),
    "PReLU shared": Case(lambda: layers.PReLU("ones", shared_axes=(1, 2)), IMAGE),
    "PReLU of a row": Case(lambda: layers.PReLU(shared_axes=1), (3, 5), ((3, 5),)),
    "Permute": Case(lambda: layers.Permute((3, 1, 2)), (4, 6, 7)),
    "Permute a row": Case(lambda: layers.Permute((2, 1)), (5, 3), ((3, 5),)),
    "ReLU": Case(lambda: layers.ReLU(), IMAGE),
    "ReLU limited": Case(lambda: layers.ReLU(max_value=0.5), IMAGE),
    "ReLU leaky and limited": Case(lambda: layers.ReLU(0.5, negative_slope=0.1), IMAGE),
    "Reshape": Case(lambda: layers.Reshape((4, -1)), (4, 42)),
    "Reshape to an image": Case(lambda: layers.Reshape((3, 5, 1)), (3, 5, 1), ((3, 5),)),
    "SELU": Case(lambda: layers.SELU(), IMAGE),
    "SeparableConv2D": Case(lambda: layers.SeparableConv2D(5, 3, activation="relu"), (4, 5, 5)),
    "SeparableConv2D wide": Case(
        lambda: layers.SeparableConv2D(5, 3, depth_multiplier=2, use_bias=False), (4, 5, 5)
    ),
    "Softmax": Case(lambda: layers.Softmax(), IMAGE),
    "Softmax of a row": Case(lambda: layers.Softmax(), (3, 5), ((3, 5),)),
    "SpatialDropout2D": Case(lambda: layers.SpatialDropout2D(0.5, seed=3), IMAGE),
    "Subtract": Case(lambda: layers.Subtract(), IMAGE, (IMAGE, (6, 1, 4))),
    "UpSampling2D": Case(lambda: layers.UpSampling2D((2, 3)), (12, 21, 4)),
    "UpSampling2D bilinear": Case(
        lambda: layers.UpSampling2D(2, interpolation="bilinear"), (12, 14, 4)
    ),
    "ZeroPadding2D": Case(lambda: layers.ZeroPadding2D(((0, 1), (2, 3))), (7, 12, 4)),
}
