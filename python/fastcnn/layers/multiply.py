"""The product of several tensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.layers.merge import Merge


@dataclass(eq=False, repr=False)
class Multiply(Merge):
    """The product of two or more tensors, element by element.

    Squeeze-and-excitation (Hu et al., CVPR 2018) is the product of an image and one weight a
    channel, whose pixels are repeated:

        s = layers.GlobalAveragePooling2D(keepdims=True)(x)
        s = layers.Conv2D(channels // 16, 1, activation="relu")(s)
        s = layers.Conv2D(channels, 1, activation="sigmoid")(s)
        y = layers.Multiply()([x, s])
    """

    op: ClassVar[str] = "multiply"
