"""Names for the types that cross module boundaries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, Union, get_args

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]

DType: TypeAlias = Literal[
    "float32", "float16", "float64", "int32", "int64", "uint8", "int8", "bool"
]
DTYPES: tuple[DType, ...] = get_args(DType)

Shape: TypeAlias = "tuple[int | None, ...]"
"""Extents, outermost first; None is known only when a plan is made (the batch, as a rule)."""

Attribute: TypeAlias = Union[int, float, str, "tuple[int, ...]", "tuple[float, ...]"]
Attributes: TypeAlias = Mapping[str, Attribute]
