"""What a multiprocessor of each architecture has, and how much of it a kernel can fill.

Source: NVIDIA, "CUDA C++ Programming Guide", Technical Specifications per Compute Capability.
"""

from __future__ import annotations

from dataclasses import dataclass

_WARP = 32
_REGISTERS = 65536  # of every multiprocessor
_REGISTER_UNIT = 256  # registers are given to a warp in such pieces
_PARTITIONS = 4  # a multiprocessor's warps lie in four, each with a quarter of the registers
_RESERVED = 1024  # bytes of shared memory that CUDA keeps of each block
_SHARED_UNIT = 128


@dataclass(frozen=True)
class Architecture:
    """Limits of one multiprocessor."""

    number: int
    warps: int
    blocks: int
    shared_kib: int

    @property
    def name(self) -> str:
        return f"sm_{self.number}"


ARCHITECTURES = {
    limits.number: limits
    for limits in (
        Architecture(80, warps=64, blocks=32, shared_kib=164),
        Architecture(86, warps=48, blocks=16, shared_kib=100),
        Architecture(89, warps=48, blocks=24, shared_kib=100),
        Architecture(90, warps=64, blocks=32, shared_kib=228),
        Architecture(100, warps=64, blocks=32, shared_kib=228),
        Architecture(120, warps=48, blocks=24, shared_kib=100),
    )
}


def occupancy(architecture: int, threads: int, registers: int, shared_bytes: int) -> int:
    """Percent of the warps of a multiprocessor that run at a time, if there are enough blocks."""
    limits = ARCHITECTURES[architecture]
    warps = -(-threads // _WARP)
    of_warp = -(-max(registers, 1) * _WARP // _REGISTER_UNIT) * _REGISTER_UNIT
    by_registers = _REGISTERS // _PARTITIONS // of_warp * _PARTITIONS // warps
    of_block = -(-(shared_bytes + _RESERVED) // _SHARED_UNIT) * _SHARED_UNIT
    by_shared = limits.shared_kib * 1024 // of_block
    blocks = min(limits.blocks, limits.warps // warps, by_registers, by_shared)
    return round(100 * blocks * warps / limits.warps)
