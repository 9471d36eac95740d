"""Numbers as people read them."""

from __future__ import annotations


def count(value: float) -> str:
    """A whole number with thousands apart; from ten millions on, in millions.

    >>> count(93322), count(3857925376)
    ('93,322', '3,857.9 M')
    """
    return f"{value / 1e6:,.1f} M" if value >= 1e7 else f"{value:,.0f}"


def size(size_bytes: float) -> str:
    """Bytes in a fitting unit of 1000.

    >>> size(374824)
    '374.8 kB'
    """
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size_bytes >= scale:
            return f"{size_bytes / scale:.1f} {unit}"
    return f"{size_bytes:.0f} B"


def times(ratio: float) -> str:
    """A ratio with three significant digits at most.

    >>> times(0.104), times(1.87), times(12.34)
    ('0.10x', '1.87x', '12.3x')
    """
    return f"{ratio:.2f}x" if ratio < 10 else f"{ratio:.1f}x" if ratio < 100 else f"{ratio:.0f}x"


def points(difference: float) -> str:
    """A difference of two shares in percentage points, with its sign.

    >>> points(-0.0012)
    '-0.12 pt'
    """
    return f"{100 * difference:+.2f} pt"
