"""What this machine is and how many threads are used."""

from __future__ import annotations

from typing import Any

from fastcnn import _core
from fastcnn.errors import InvalidValueError


def set_num_threads(threads: int) -> None:
    """Threads that kernels use from now on, the calling one among them (1 to 256).

    Never more than the CPUs that this process may use by its affinity mask and cgroup quota, which
    is also the number at start unless `FASTCNN_NUM_THREADS` is smaller. Results do not depend on
    it.
    """
    if not 1 <= threads <= 256:
        raise InvalidValueError(f"set_num_threads: {threads} is not from 1 to 256")
    _core.set_num_threads(threads)


def get_num_threads() -> int:
    """Threads that kernels use."""
    return _core.get_num_threads()


def set_isa(name: str) -> None:
    """Limits the kernels chosen from now on: "scalar", "neon", "avx2" or "avx512".

    As the environment variable `FASTCNN_ISA`. Plans that exist keep their kernels.
    """
    _core.set_isa(name)


def cpu_info() -> dict[str, Any]:
    """Brand, features, instruction sets, cache sizes (bytes) and threads of this machine."""
    return _core.cpu_info()


def kernels() -> list[dict[str, Any]]:
    """Every kernel of this build: family, name, isa, and whether it may be chosen here."""
    return _core.kernels()


def peak_gflops(threads: int = 1) -> float:
    """float32 GFLOP/s that `threads` threads reach on registers alone, measured now."""
    return _core.measure_peak_gflops(threads)
