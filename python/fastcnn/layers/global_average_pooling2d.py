"""Mean of each channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.layers.global_pooling2d import GlobalPooling2D


@dataclass(eq=False, repr=False)
class GlobalAveragePooling2D(GlobalPooling2D):
    """Mean of each channel of an image."""

    op: ClassVar[str] = "global_average_pool2d"
