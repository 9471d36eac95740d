"""The machine in a few words, for reports."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from fastcnn import runtime


def machine() -> tuple[tuple[str, str], ...]:
    """Pairs of a word and what it is here."""
    info = runtime.cpu_info()
    try:
        own = version("fastcnn")
    except PackageNotFoundError:
        own = "from its sources"
    return (
        ("CPU", info["brand"]),
        ("Instruction set", info["isa"]),
        ("Threads", str(runtime.get_num_threads())),
        ("System", platform.platform()),
        ("Python", platform.python_version()),
        ("FastCNN", own),
    )
