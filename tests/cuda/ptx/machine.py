"""Runs a kernel: one block at a time, every thread of it a lane of NumPy arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .async_copy import AsyncCopies
from .memory import Fault, Mask, Memory
from .operations import OPERATIONS
from .parse import Instruction, Kernel

Lanes = npt.NDArray[Any]
Triple = tuple[int, int, int]
_WARP = 32
_WIDTHS = {"p": np.bool_, "rs": np.uint16, "r": np.uint32, "f": np.uint32}
DTYPES: dict[str, type[np.generic]] = {
    **{f"{kind}8": np.uint8 for kind in "bu"},
    **{f"{kind}16": np.uint16 for kind in "bu"},
    **{f"{kind}32": np.uint32 for kind in "bu"},
    **{f"{kind}64": np.uint64 for kind in "bu"},
    **{"s8": np.int8, "s16": np.int16, "s32": np.int32, "s64": np.int64},
    **{"f16": np.float16, "f32": np.float32, "f64": np.float64, "pred": np.bool_},
}


class Machine:
    """The state of one block: registers, shared memory, where each thread is.

    Args:
        kernel: What to run.
        memory: Global memory.
        early: Whether cp.async lands at once; else as late as its wait allows.
    """

    def __init__(self, kernel: Kernel, memory: Memory, *, early: bool = False) -> None:
        self.kernel = kernel
        self.memory = memory
        self.early = early
        self.shared = Memory("shared", {})
        self.copies = AsyncCopies(memory, self.shared, 0, early=early)
        self.parameters = b""
        self.registers: dict[str, Lanes] = {}
        self.threads = 0
        self.at = 0  # the instruction that is running

    def launch(
        self, grid: Triple, block: Triple, parameters: bytes, only: Sequence[int] | None = None
    ) -> None:
        """Runs every block of the grid, or those that `only` numbers, x first.

        Raises:
            Fault: What a GPU would stop for, or leaves undefined.
        """
        self.parameters = parameters
        self.threads = block[0] * block[1] * block[2]
        thread = np.arange(self.threads)
        self.lane = thread % _WARP
        where = {"tid": _split(thread, block), "ntid": block, "nctaid": grid}
        for index in range(grid[0] * grid[1] * grid[2]) if only is None else only:
            where["ctaid"] = _split(index, grid)
            self.registers = {
                f"%{name}.{axis}": np.broadcast_to(np.uint32(extents[i]), (self.threads,))
                for name, extents in where.items()
                for i, axis in enumerate("xyz")
            }
            # NaN: what is read must have been written.
            self.shared.buffers = {0: np.full(self.kernel.shared_bytes, 0xFF, np.uint8)}
            self.copies = AsyncCopies(self.memory, self.shared, self.threads, early=self.early)
            with np.errstate(all="ignore"):
                self._run_block()

    def read(self, operand: str, type_: str) -> Lanes:
        """An operand of every lane, as the type that the instruction names."""
        dtype = DTYPES[type_]
        bits = self._bits(operand)
        if bits.dtype == np.bool_ or dtype is np.bool_:
            return bits.astype(dtype)
        if bits.dtype.itemsize == np.dtype(dtype).itemsize:
            return bits.view(dtype)
        return bits.astype(f"u{np.dtype(dtype).itemsize}").view(dtype)

    def write(self, register: str, values: Lanes, mask: Mask) -> None:
        """Sets a register of the lanes of `mask`."""
        if register == "_":
            return
        target = self.registers.get(register)
        if target is None:
            target = self.registers[register] = np.zeros(self.threads, _register_dtype(register))
        if values.dtype.kind == "i" and values.dtype.itemsize < target.dtype.itemsize:
            values = values.astype(f"i{target.dtype.itemsize}")  # a wider register has the sign
        if values.dtype != np.bool_:
            values = np.ascontiguousarray(values).view(f"u{values.dtype.itemsize}")
        np.copyto(target, values, where=mask, casting="unsafe")

    def _bits(self, operand: str) -> Lanes:
        found = self.registers.get(operand)
        if found is not None:
            return found
        if operand in self.kernel.shared:
            return np.full(self.threads, self.kernel.shared[operand], np.uint64)
        if operand in self.kernel.parameters:  # addresses of parameters count from the first byte
            return np.zeros(self.threads, np.uint64)
        if operand.startswith("%"):
            raise Fault(f"{operand} is read before it is written")
        if operand[:2] in ("0f", "0F"):
            return np.full(self.threads, int(operand[2:], 16), np.uint32)
        if operand[:2] in ("0d", "0D"):
            return np.full(self.threads, int(operand[2:], 16), np.uint64)
        return np.full(self.threads, int(operand.rstrip("U"), 0) % 2**64, np.uint64)

    # Every thread has its own place; the lowest runs next, so that branches meet again.
    def _run_block(self) -> None:
        place = np.zeros(self.threads, np.int64)
        live = np.ones(self.threads, bool)
        waiting = np.zeros(self.threads, bool)
        targets = set(self.kernel.labels.values())
        while live.any():
            ready = live & ~waiting
            if not ready.any():
                if len(np.unique(place[live])) > 1:
                    raise Fault("barrier divergence: threads wait at different barriers")
                if not live.all():
                    raise Fault("barrier divergence: a thread has exited")
                waiting[:] = False
                continue
            at = int(place[ready].min())
            mask = ready & (place == at)
            while True:
                instruction = self.kernel.code[at]
                self.at = at
                on = self._active(instruction, mask)
                at += 1
                place[mask] = at
                if instruction.opcode == "bra":
                    place[on] = self.kernel.labels[instruction.operands[0][0]]
                    break
                if instruction.opcode in ("ret", "exit"):
                    live &= ~on
                    break
                if instruction.opcode == "bar" and instruction.modifiers[0] == "sync":
                    waiting |= on
                    break
                self._execute(instruction, on, live)
                if at in targets:
                    break

    def _active(self, instruction: Instruction, mask: Mask) -> Mask:
        if instruction.predicate is None:
            return mask
        return mask & (self.read(instruction.predicate, "pred") ^ instruction.negated)

    def _execute(self, instruction: Instruction, on: Mask, live: Mask) -> None:
        operation = OPERATIONS.get(instruction.opcode)
        if operation is None:
            raise NotImplementedError(instruction.text)
        if instruction.opcode in ("shfl", "mma", "ldmatrix", "bar"):
            warps = np.unique(np.flatnonzero(on) // _WARP)
            there = np.isin(np.arange(self.threads) // _WARP, warps) & live
            if (on != there).any():
                raise Fault(f"{instruction.text}: the lanes of a warp are apart")
        operation(self, instruction, on)

    def parameter(self, offset: int, type_: str) -> Lanes:
        """A value of the parameters, the same for every lane."""
        dtype = np.dtype(DTYPES[type_])
        (value,) = np.frombuffer(self.parameters, dtype, 1, offset)
        return np.full(self.threads, value, dtype)


def _split(index: Any, extents: Triple) -> tuple[Any, Any, Any]:
    x, y, _ = extents
    return index % x, index // x % y, index // (x * y)


def _register_dtype(register: str) -> type[np.generic]:
    kind = register.lstrip("%").rstrip("0123456789")
    return _WIDTHS.get(kind, np.uint64)
