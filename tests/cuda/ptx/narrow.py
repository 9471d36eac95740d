"""The number types of tensor cores, as bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float32]


def round_tf32(values: Floats) -> Bits:
    """float32 whose mantissa is rounded to 10 bits, ties away from zero."""
    bits = values.view(np.uint32)
    rounded = (bits + np.uint32(0x1000)) & np.uint32(0xFFFFE000)
    return np.where(np.isfinite(values), rounded, np.where(np.isinf(values), bits, 0x7FFFFFFF))


def pack(type_: str, high: Floats, low: Floats) -> Bits:
    """Two float32, rounded to "f16x2" or "bf16x2", ties to even, in one register."""
    narrow = {"f16x2": _f16, "bf16x2": _bf16}[type_]
    return narrow(high) << np.uint32(16) | narrow(low)


def unpack(type_: str, registers: Bits) -> list[npt.NDArray[np.float64]]:
    """What registers of "tf32", "f16" or "bf16" hold: one value, or the lower and the upper."""
    if type_ == "tf32":
        return [(registers & np.uint32(0xFFFFE000)).view(np.float32).astype(np.float64)]
    halves = [registers & np.uint32(0xFFFF), registers >> np.uint32(16)]
    if type_ == "f16":
        return [half.astype(np.uint16).view(np.float16).astype(np.float64) for half in halves]
    return [(half << np.uint32(16)).view(np.float32).astype(np.float64) for half in halves]


def _f16(values: Floats) -> Bits:
    with np.errstate(over="ignore"):
        bits = values.astype(np.float16).view(np.uint16).astype(np.uint32)
    return _with_one_nan(bits, values)


def _bf16(values: Floats) -> Bits:
    bits = values.view(np.uint32)
    odd = bits >> np.uint32(16) & np.uint32(1)
    return _with_one_nan((bits + np.uint32(0x7FFF) + odd) >> np.uint32(16), values)


def _with_one_nan(bits: Bits, values: Floats) -> Any:
    return np.where(np.isnan(values), np.uint32(0x7FFF), bits)
