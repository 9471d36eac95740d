"""Instructions of tensor cores and of what feeds them. Source: the PTX ISA.

Sums of mma are exact but for one rounding at the end; hardware rounds in other ways.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .memory import Fault, Mask
from .narrow import unpack
from .parse import Instruction, address

if TYPE_CHECKING:
    from .machine import Machine

Indices = npt.NDArray[np.int64]
_LANE = np.arange(32)
_G, _T = _LANE // 4, _LANE % 4


def places_of_a(per_register: int) -> list[tuple[Indices, Indices]]:
    """(row, k) of each value that the lanes hold of A, which has 8 `per_register` columns."""
    return [
        (_G + 8 * (i % 2), per_register * _T + half + 4 * per_register * (i // 2))
        for i in range(4)
        for half in range(per_register)
    ]


def places_of_b(per_register: int) -> list[tuple[Indices, Indices]]:
    """(k, column) of each value that the lanes hold of B."""
    return [
        (per_register * _T + half + 4 * per_register * i, _G)
        for i in range(2)
        for half in range(per_register)
    ]


def places_of_c() -> list[tuple[Indices, Indices]]:
    """(row, column) of each value that the lanes hold of C and D."""
    return [(_G + 8 * (i // 2), 2 * _T + i % 2) for i in range(4)]


def multiply_matrices(machine: Machine, ins: Instruction, mask: Mask) -> None:
    """mma.sync.aligned.m16n8kK.row.col.f32.T.T.f32, or mma.sp of half of A."""
    if ins.modifiers[0].startswith("sp"):
        multiply_sparse(machine, ins, mask)
        return
    targets, a, b, c = ins.operands
    types = ins.modifiers[5:]
    shape = {"tf32": "m16n8k8", "f16": "m16n8k16", "bf16": "m16n8k16"}.get(types[1])
    if types != ("f32", types[1], types[1], "f32") or ins.modifiers[2] != shape:
        raise NotImplementedError(ins.text)
    k = int(shape.partition("k")[2])
    warps = machine.threads // 32

    def matrix(
        values: list[npt.NDArray[np.float64]], places: list[tuple[Indices, Indices]], *size: int
    ) -> npt.NDArray[np.float64]:
        whole = np.zeros((warps, *size))
        for value, (row, column) in zip(values, places, strict=True):
            whole[:, row, column] = value.reshape(warps, 32)
        return whole

    def values(registers: tuple[str, ...]) -> list[npt.NDArray[np.float64]]:
        return [
            value for name in registers for value in unpack(types[1], machine.read(name, "b32"))
        ]

    sums = [machine.read(name, "f32").astype(np.float64) for name in c]
    product = matrix(values(a), places_of_a(k // 8), 16, k) @ matrix(
        values(b), places_of_b(k // 8), k, 8
    )
    result = (product + matrix(sums, places_of_c(), 16, 8)).astype(np.float32)
    for name, (row, column) in zip(targets, places_of_c(), strict=True):
        machine.write(name, result[:, row, column].reshape(-1), mask)


def multiply_sparse(machine: Machine, ins: Instruction, mask: Mask) -> None:
    """mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.f32.T.T.f32, T f16 or bf16."""
    targets, a, b, c, (indices,), (selector,) = ins.operands
    shape, types = ins.modifiers[3], ins.modifiers[6:]
    known = shape == "m16n8k32" and types[1:3] in (("f16", "f16"), ("bf16", "bf16"))
    if not known or ins.modifiers[0] != "sp::ordered_metadata" or int(selector, 0) != 0:
        raise NotImplementedError(ins.text)
    warps = machine.threads // 32
    warp = np.arange(warps)[:, None]

    def lanes(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return values.reshape(warps, 32)

    told = lanes(machine.read(indices, "b32"))
    left = np.zeros((warps, 16, 32))
    for i, name in enumerate(a):
        row, four = _G + i % 2 * 8, _T + i // 2 * 4
        # Lane 4g holds the indices of k < 16, lane 4g + 1 the others.
        two = told[:, 4 * _G + i // 2] >> np.uint32(i % 2 * 16) >> (4 * _T).astype(np.uint32)
        places = [two >> np.uint32(2 * half) & np.uint32(3) for half in (0, 1)]
        if (places[0] >= places[1]).any():
            raise Fault(f"{ins.text}: the indices of four do not ascend")
        for place, value in zip(places, unpack(types[1], machine.read(name, "b32")), strict=True):
            left[warp, row, 4 * four + place.astype(np.int64)] = lanes(value)
    right = np.zeros((warps, 32, 8))
    for i, name in enumerate(b):
        for half, value in enumerate(unpack(types[1], machine.read(name, "b32"))):
            right[:, 2 * _T + half + 8 * i, _G] = lanes(value)
    result = left @ right
    for name, (row, column) in zip(c, places_of_c(), strict=True):
        result[:, row, column] += lanes(machine.read(name, "f32").astype(np.float64))
    for name, (row, column) in zip(targets, places_of_c(), strict=True):
        machine.write(name, result.astype(np.float32)[:, row, column].reshape(-1), mask)


def load_matrices(machine: Machine, ins: Instruction, mask: Mask) -> None:
    """ldmatrix.sync.aligned.m8n8.xN{.trans}.shared.b16."""
    targets, (source,) = ins.operands
    base, offset = address(source)
    rows = machine.read(base, "u64").astype(np.int64) + offset
    if (rows[mask] % 16).any():
        raise Fault(f"{ins.text}: a row at a misaligned address")
    machine.shared.count(machine.at, rows, 16, mask)
    lane = machine.lane
    first = np.arange(machine.threads) - lane
    g, t = lane // 4, lane % 4
    for matrix, target in enumerate(targets):
        if "trans" in ins.modifiers:
            halves = [rows[first + 8 * matrix + 2 * t + e] + 2 * g for e in (0, 1)]
        else:
            halves = [rows[first + 8 * matrix + g] + 4 * t + 2 * e for e in (0, 1)]
        data = np.hstack([machine.shared.load(half, 2, mask) for half in halves])
        machine.write(target, np.ascontiguousarray(data).view(np.uint32)[:, 0], mask)


def copy_async(machine: Machine, ins: Instruction, mask: Mask) -> None:
    """cp.async with a count of bytes that are read, commit_group and wait_group."""
    action = ins.modifiers[1]
    if action == "commit_group":
        machine.copies.commit(mask)
    elif action == "wait_group":
        machine.copies.wait(int(ins.operands[0][0]), mask)
    elif action in ("cg", "ca"):
        (to,), (from_,), (size_text,), *rest = ins.operands
        size = int(size_text)
        target, source = (_addresses(machine, operand) for operand in (to, from_))
        given: Any = (
            machine.read(rest[0][0], "u32").astype(np.int64) if rest else np.full_like(target, size)
        )
        machine.shared.count(machine.at, target, size, mask)
        machine.memory.count(machine.at, source, size, mask & (given > 0))
        machine.copies.issue(target, source, size, given, mask)
    else:
        raise NotImplementedError(ins.text)


def _addresses(machine: Machine, operand: str) -> Indices:
    base, offset = address(operand)
    return machine.read(base, "u64").astype(np.int64) + offset
