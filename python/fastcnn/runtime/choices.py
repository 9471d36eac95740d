"""Measured times of kernels, kept on disk for the next process.

Those of the CPU in `kernels.json`, those of CUDA devices in `cuda_kernels.json`, where each key
opens with the device and its compute capability.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from fastcnn import _core
from fastcnn.runtime.time_file import add_entries, build_of, folder, read_entries


def wanted() -> bool:
    """Whether implementations are measured by default: unless `FASTCNN_MEASURE` is 0."""
    return os.environ.get("FASTCNN_MEASURE", "1") != "0"


class Choices:
    """The times that this process measured or found on disk.

    Args:
        table: The `ChoiceTable` of the module whose kernels they are of.
        name: Name of the file.
        machine: What they hold for; this CPU with the native core if None.
    """

    def __init__(self, table: Any, name: str, machine: str | None = None) -> None:
        """Reads the file."""
        self.table = table
        self._path = folder() / name
        self._machine = machine
        self._saved = read_entries(self._path, machine)
        for key, times in self._saved.items():
            self.table.add(key, times)

    def save(self) -> None:
        """Writes what is new, together with what other processes wrote meanwhile."""
        entries = self.table.entries()
        if entries != self._saved:
            add_entries(self._path, entries, self._machine)
            self._saved = entries


@cache
def shared() -> Choices:
    """The choices of this process, for the CPU."""
    return Choices(_core.ChoiceTable(), "kernels.json")


@cache
def shared_on_cuda(module: Any) -> Choices:
    """Those for CUDA devices, of one CUDA module."""
    driver = ".".join(map(str, module.device_info()["driver"]))
    machine = f"CUDA {driver}; {module.__name__} {build_of(module)}"
    return Choices(module.ChoiceTable(), "cuda_kernels.json", machine)
