"""Largest value of each channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.layers.global_pooling2d import GlobalPooling2D


@dataclass(eq=False, repr=False)
class GlobalMaxPooling2D(GlobalPooling2D):
    """Largest value of each channel of an image."""

    op: ClassVar[str] = "global_max_pool2d"
