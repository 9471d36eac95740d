"""Small pictures inside a page."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

from fastcnn.typing import Array


def png_address(image: Array) -> str:
    """An image as a data address.

    Args:
        image: [H, W, C] with 1 or 3 channels, or [H, W]; its range becomes black to white.

    Source:
        W3C, "Portable Network Graphics (PNG) Specification", 2nd edition, sections 5 and 9.
    """
    pixels = image[..., None] if image.ndim == 2 else image
    if pixels.shape[2] not in (1, 3):
        pixels = pixels[..., :1]
    low, high = float(pixels.min()), float(pixels.max())
    scaled = (pixels - low) * (255 / max(high - low, 1e-12))
    data = np.ascontiguousarray(np.rint(scaled).astype(np.uint8))
    height, width, channels = data.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), data.reshape(height, -1)], axis=1)
    colour = 2 if channels == 3 else 0
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    body = b"".join(
        struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part))
        for kind, part in (
            (b"IHDR", header),
            (b"IDAT", zlib.compress(rows.tobytes(), 9)),
            (b"IEND", b""),
        )
    )
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()
