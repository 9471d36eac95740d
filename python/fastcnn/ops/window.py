"""The sliding window that convolution and pooling share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastcnn.errors import InvalidValueError, ShapeError
from fastcnn.ops import checks
from fastcnn.ops.checks import Extent
from fastcnn.typing import Array

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Window:
    """Where a kernel stands on an image.

    Output pixel o reads input pixel o stride + k dilation - pad for each kernel position k.

    Args:
        kernel_size, strides, dilations: Vertical, horizontal; in pixels.
        pads: Top, left, bottom, right; in pixels.
        ceil_mode: 1 rounds the output up where a window still begins inside the padded image.
    """

    kernel_size: Pair
    strides: Pair
    pads: tuple[int, int, int, int]
    dilations: Pair = (1, 1)
    ceil_mode: int = 0

    def check(self, op: str) -> None:
        """Raises InvalidValueError where a number is outside its limits."""
        checks.integers(op, "kernel_size", self.kernel_size, 2, 1)
        checks.integers(op, "strides", self.strides, 2, 1)
        checks.integers(op, "pads", self.pads, 4, 0)
        checks.integers(op, "dilations", self.dilations, 2, 1)

    def check_pool(self, op: str) -> None:
        """As `check`; and no window may lie in the padding alone."""
        self.check(op)
        checks.flag(op, "ceil_mode", self.ceil_mode)
        for pad, span in zip(self.pads, self.span * 2, strict=True):
            if pad >= span:
                raise InvalidValueError(
                    f"{op}: pads must be smaller than kernel_size, dilated, they are {self.pads} "
                    f"and {self.span}"
                )

    @property
    def span(self) -> Pair:
        """Extent of the dilated kernel."""
        (kh, kw), (dh, dw) = self.kernel_size, self.dilations
        return dh * (kh - 1) + 1, dw * (kw - 1) + 1

    def output_size(self, op: str, input_size: tuple[Extent, Extent]) -> tuple[Extent, Extent]:
        """floor((input + pads - span) / stride) + 1, or rounded up, where the input is known."""
        sizes: list[Extent] = []
        for size, before, after, span, stride in zip(
            input_size, self.pads[:2], self.pads[2:], self.span, self.strides, strict=True
        ):
            pad = before + after
            if size is not None and size + pad < span:
                raise ShapeError(
                    f"{op}: the kernel spans {span} pixels, the padded image only {size + pad} "
                    f"({size} and {pad} of padding)"
                )
            sizes.append(None if size is None else self._steps(size, before, pad, span, stride))
        return sizes[0], sizes[1]

    def _steps(self, size: int, before: int, pad: int, span: int, stride: int) -> int:
        room = size + pad - span
        steps = room // stride + 1
        more = self.ceil_mode and room % stride and steps * stride < size + before
        return steps + 1 if more else steps

    def _overhang(self, size: tuple[int, ...]) -> Pair:
        """Pixels below and beside the padded image that the last windows reach."""
        top, left, bottom, right = self.pads
        reach = (
            (steps - 1) * stride + span - extent - pad
            for steps, stride, span, extent, pad in zip(
                self.output_size("window", (size[0], size[1])),
                self.strides,
                self.span,
                size,
                (top + bottom, left + right),
                strict=True,
            )
            if steps is not None
        )
        below, beside = (max(0, pixels) for pixels in reach)
        return below, beside

    def view(self, x: Array, fill: float = 0.0, over: float = 0.0) -> Array:
        """What each output pixel reads: [N, C, OH, OW, KH, KW] from x [N, C, H, W].

        Args:
            x: The image.
            fill: What the padding holds.
            over: What lies beyond the padding, where ceil_mode reaches it.
        """
        top, left, bottom, right = self.pads
        (sh, sw), (dh, dw) = self.strides, self.dilations
        below, beside = self._overhang(x.shape[2:])
        margins = ((0, 0), (0, 0), (top, bottom), (left, right))
        padded = np.pad(x, margins, constant_values=fill)
        if below or beside:
            padded = np.pad(padded, ((0, 0), (0, 0), (0, below), (0, beside)), constant_values=over)
        windows = np.lib.stride_tricks.sliding_window_view(padded, self.span, axis=(2, 3))
        return windows[:, :, ::sh, ::sw, ::dh, ::dw]

    def fold(self, windows: Array, input_size: Pair) -> Array:
        """The adjoint of `view`: every value is added to the input pixel it was read from."""
        n, c, oh, ow, kh, kw = windows.shape
        (h, w), (sh, sw), (dh, dw) = input_size, self.strides, self.dilations
        top, left, bottom, right = self.pads
        below, beside = self._overhang(input_size)
        padded = np.zeros(
            (n, c, h + top + bottom + below, w + left + right + beside), windows.dtype
        )
        for i in range(kh):
            for j in range(kw):
                rows = slice(i * dh, i * dh + (oh - 1) * sh + 1, sh)
                columns = slice(j * dw, j * dw + (ow - 1) * sw + 1, sw)
                padded[:, :, rows, columns] += windows[..., i, j]
        return padded[:, :, top : top + h, left : left + w]
