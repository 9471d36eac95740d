"""CPUs to hold a measurement to."""

from __future__ import annotations

import os
from pathlib import Path

from fastcnn.errors import InvalidValueError

_TOPOLOGY = Path("/sys/devices/system/cpu")


def pick_cpus(count: int) -> list[int]:
    """`count` of the CPUs that this process may use, one of each core before a second of any.

    Raises:
        InvalidValueError: There are fewer.
    """
    allowed = sorted(os.sched_getaffinity(0))
    if not 1 <= count <= len(allowed):
        raise InvalidValueError(
            f"bench: {count} threads need as many CPUs; this process may use {len(allowed)}"
        )
    cores: dict[str, int] = {}
    ranks: dict[int, int] = {}
    for cpu in allowed:
        core = _core_of(cpu)
        ranks[cpu] = cores.get(core, 0)
        cores[core] = ranks[cpu] + 1
    return sorted(sorted(allowed, key=lambda cpu: (ranks[cpu], cpu))[:count])


def _core_of(cpu: int) -> str:
    """A word that the CPUs of one core share."""
    try:
        return (_TOPOLOGY / f"cpu{cpu}" / "topology" / "thread_siblings_list").read_text()
    except OSError:
        return str(cpu)
