"""What each instruction does to the lanes that run it. Source: the PTX ISA."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .memory import Mask, Memory
from .narrow import pack, round_tf32
from .parse import Instruction, address
from .tensor_core import copy_async, load_matrices, multiply_matrices

if TYPE_CHECKING:
    from .machine import Machine

Lanes = npt.NDArray[Any]
Operation = Callable[["Machine", Instruction, Mask], None]
OPERATIONS: dict[str, Operation] = {
    "cp": copy_async,
    "ldmatrix": load_matrices,
    "mma": multiply_matrices,
}

_WIDER = {"s16": "s32", "u16": "u32", "s32": "s64", "u32": "u64"}


def _unordered(a: Lanes, b: Lanes) -> Lanes:
    return np.isnan(a) | np.isnan(b)


def _or_nan(compare: Callable[[Lanes, Lanes], Lanes]) -> Callable[[Lanes, Lanes], Lanes]:
    return lambda a, b: compare(a, b) | _unordered(a, b)


_ORDERED: dict[str, Callable[[Lanes, Lanes], Lanes]] = {
    "eq": np.equal,
    "ne": lambda a, b: np.not_equal(a, b) & ~_unordered(a, b),
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}
_COMPARISONS: dict[str, Callable[[Lanes, Lanes], Lanes]] = {
    **_ORDERED,
    **{f"{name}u": _or_nan(compare) for name, compare in _ORDERED.items()},
    "lo": np.less,
    "ls": np.less_equal,
    "hi": np.greater,
    "hs": np.greater_equal,
    "nan": _unordered,
    "num": lambda a, b: ~_unordered(a, b),
}


def _operation(*opcodes: str) -> Callable[[Operation], Operation]:
    def register(function: Operation) -> Operation:
        OPERATIONS.update(dict.fromkeys(opcodes, function))
        return function

    return register


def _simple(opcode: str, function: Callable[..., Lanes]) -> None:
    """An instruction whose sources and result are of one type."""

    def run(machine: Machine, ins: Instruction, mask: Mask) -> None:
        (target,), *sources = ins.operands
        values = function(*(machine.read(source, ins.type) for (source,) in sources))
        if "sat" in ins.modifiers:
            values = np.clip(values, 0, 1)
        machine.write(target, values, mask)

    OPERATIONS[opcode] = run


def _divide(a: Lanes, b: Lanes) -> Lanes:
    if a.dtype.kind == "f":
        return a / b
    b = np.where(b == 0, b.dtype.type(1), b)
    quotient = np.abs(a) // np.abs(b) if a.dtype.kind == "i" else a // b
    return np.where((a < 0) != (b < 0), -quotient, quotient).astype(a.dtype)


def _remainder(a: Lanes, b: Lanes) -> Lanes:
    return (a - _divide(a, b) * b).astype(a.dtype)


_simple("add", np.add)
_simple("sub", np.subtract)
_simple("min", lambda a, b: np.fmin(a, b) if a.dtype.kind == "f" else np.minimum(a, b))
_simple("max", lambda a, b: np.fmax(a, b) if a.dtype.kind == "f" else np.maximum(a, b))
_simple("div", _divide)
_simple("rem", _remainder)
_simple("neg", np.negative)
_simple("abs", np.abs)
_simple("and", np.bitwise_and)
_simple("or", np.bitwise_or)
_simple("xor", np.bitwise_xor)
_simple("not", np.invert)
_simple("rcp", lambda a: (1 / a).astype(a.dtype))
_simple("sqrt", np.sqrt)
_simple("rsqrt", lambda a: (1 / np.sqrt(a)).astype(a.dtype))
_simple("ex2", np.exp2)
_simple("lg2", np.log2)
_simple("copysign", lambda sign, magnitude: np.copysign(magnitude, sign))


@_operation("fma")
def _fma(machine: Machine, ins: Instruction, mask: Mask) -> None:
    """Rounded once: a product of two float32 is exact in float64."""
    (target,), *sources = ins.operands
    a, b, c = (machine.read(source, ins.type).astype(np.float64) for (source,) in sources)
    values = (a * b + c).astype(machine.read(sources[0][0], ins.type).dtype)
    if "rm" in ins.modifiers:  # towards minus infinity
        above = values.astype(np.float64) > a * b + c
        values = np.where(above, np.nextafter(values, values.dtype.type(-np.inf)), values)
    if "sat" in ins.modifiers:
        values = np.clip(values, 0, 1)
    machine.write(target, values, mask)


@_operation("mul", "mad")
def _multiply(machine: Machine, ins: Instruction, mask: Mask) -> None:
    (target,), (a,), (b,), *addend = ins.operands
    wide = "wide" in ins.modifiers
    result = _WIDER[ins.type] if wide else ins.type
    working = _WIDER.get(ins.type, ins.type) if wide or "hi" in ins.modifiers else ins.type
    x, y = (machine.read(source, ins.type) for source in (a, b))
    dtype = _dtype(working)
    values = x.astype(dtype) * y.astype(dtype)
    if "hi" in ins.modifiers:
        values = (values >> dtype.type(x.dtype.itemsize * 8)).astype(x.dtype)
    if addend:
        values = values + machine.read(addend[0][0], result)
    machine.write(target, values, mask)


@_operation("shl", "shr")
def _shift(machine: Machine, ins: Instruction, mask: Mask) -> None:
    (target,), (source,), (by,) = ins.operands
    values = machine.read(source, ins.type)
    bits = values.dtype.itemsize * 8
    count = machine.read(by, "u32")
    inside = np.minimum(count, bits - 1).astype(values.dtype)
    if ins.opcode == "shl":
        values = np.where(count < bits, values << inside, values.dtype.type(0))
    else:
        beyond = values >> inside if values.dtype.kind == "i" else np.zeros_like(values)
        values = np.where(count < bits, values >> inside, beyond)
    machine.write(target, values, mask)


@_operation("bfi")
def _insert_bits(machine: Machine, ins: Instruction, mask: Mask) -> None:
    (target,), (source,), (base,), (first,), (count,) = ins.operands
    values, into = machine.read(source, ins.type), machine.read(base, ins.type)
    at, bits = (machine.read(operand, "u32").astype(into.dtype) for operand in (first, count))
    one = into.dtype.type(1)
    chosen = ((one << bits) - one) << at
    machine.write(target, (into & ~chosen) | ((values << at) & chosen), mask)


@_operation("mov")
def _move(machine: Machine, ins: Instruction, mask: Mask) -> None:
    target, source = ins.operands
    if len(target) == len(source) == 1:
        machine.write(target[0], machine.read(source[0], ins.type).copy(), mask)
    elif len(target) == 1:  # parts to one register
        part = f"b{int(ins.type[1:]) // len(source)}"
        parts = np.stack([machine.read(register, part) for register in source], axis=1)
        machine.write(target[0], np.ascontiguousarray(parts).view(_dtype(ins.type))[:, 0], mask)
    else:  # one register to parts
        part = _dtype(f"b{int(ins.type[1:]) // len(target)}")
        whole = np.ascontiguousarray(machine.read(source[0], ins.type))
        parts = whole.view(part).reshape(-1, len(target))
        for i, register in enumerate(target):
            machine.write(register, parts[:, i], mask)


@_operation("cvta")
def _to_address_space(machine: Machine, ins: Instruction, mask: Mask) -> None:
    (target,), (source,) = ins.operands
    machine.write(target, machine.read(source, "u64").copy(), mask)


_TO_INTEGER: dict[str, Callable[[Lanes], Lanes]] = {
    "rni": np.rint,
    "rzi": np.trunc,
    "rmi": np.floor,
    "rpi": np.ceil,
}


@_operation("cvt")
def _convert(machine: Machine, ins: Instruction, mask: Mask) -> None:
    (target,), (source,), *low = ins.operands
    to, from_ = ins.modifiers[-2:]
    values = machine.read(source, from_)
    if low:
        machine.write(target, pack(to, values, machine.read(low[0][0], from_)), mask)
        return
    if to == "tf32":
        machine.write(target, round_tf32(values), mask)
        return
    for name in set(ins.modifiers) & set(_TO_INTEGER):  # to a float too
        values = _TO_INTEGER[name](values)
    if values.dtype.kind == "f" and _dtype(to).kind in "iu":
        limits = np.iinfo(_dtype(to).name)
        values = np.clip(np.nan_to_num(values.astype(np.float64)), limits.min, limits.max)
    if "sat" in ins.modifiers:
        values = np.clip(np.nan_to_num(values, nan=0.0), 0, 1)
    machine.write(target, values.astype(_dtype(to)), mask)


@_operation("bfi")
def _insert_bits(machine: Machine, ins: Instruction, mask: Mask) -> None:
    """The lowest bits of one number put in place of some of another's."""
    (target,), (field,), (whole,), (start,), (length,) = ins.operands
    bits = np.uint32((1 << min(int(length), 32)) - 1)
    at = np.uint32(int(start))
    a, b = machine.read(field, "b32"), machine.read(whole, "b32")
    machine.write(target, (b & ~(bits << at)) | (a & bits) << at, mask)


@_operation("bar")
def _sync_warp(machine: Machine, ins: Instruction, mask: Mask) -> None:
    """Nothing: lanes run in lockstep, and that they are together was checked."""
    if ins.modifiers != ("warp", "sync") or ins.operands != (("-1",),):
        raise NotImplementedError(ins.text)


@_operation("setp")
def _set_predicate(machine: Machine, ins: Instruction, mask: Mask) -> None:
    (target,), (a,), (b,) = ins.operands
    compare = _COMPARISONS[ins.modifiers[0]]
    machine.write(target, compare(machine.read(a, ins.type), machine.read(b, ins.type)), mask)


@_operation("selp")
def _select(machine: Machine, ins: Instruction, mask: Mask) -> None:
    (target,), (a,), (b,), (which,) = ins.operands
    values = np.where(
        machine.read(which, "pred"), machine.read(a, ins.type), machine.read(b, ins.type)
    )
    machine.write(target, values, mask)


@_operation("ld")
def _load(machine: Machine, ins: Instruction, mask: Mask) -> None:
    targets, (source,) = ins.operands
    base, offset = address(source)
    dtype = _dtype(ins.type)
    if "param" in ins.modifiers:
        if base.startswith("%") and mask.any():  # an address, the same in every lane
            (at_parameter,) = np.unique(machine.read(base, "u64")[mask])
            offset += int(at_parameter)
        for i, target in enumerate(targets):
            machine.write(target, machine.parameter(offset + i * dtype.itemsize, ins.type), mask)
        return
    memory = _space(machine, ins)
    at = _addresses(machine, base, offset)
    size = dtype.itemsize * len(targets)
    data = memory.load(at, size, mask)
    memory.count(machine.at, at, size, mask)
    for i, target in enumerate(targets):
        part = np.ascontiguousarray(data[:, i * dtype.itemsize : (i + 1) * dtype.itemsize])
        machine.write(target, part.view(dtype)[:, 0], mask)


@_operation("st")
def _store(machine: Machine, ins: Instruction, mask: Mask) -> None:
    (target,), sources = ins.operands
    memory = _space(machine, ins)
    at = _addresses(machine, *address(target))
    values = np.stack([machine.read(source, ins.type) for source in sources], axis=1)
    data = np.ascontiguousarray(values).view(np.uint8)
    memory.store(at, data, mask)
    memory.count(machine.at, at, data.shape[1], mask)


@_operation("shfl")
def _shuffle(machine: Machine, ins: Instruction, mask: Mask) -> None:
    (target,), (source,), (by,), (clamp,), _ = ins.operands
    values = machine.read(source, "b32")
    delta = machine.read(by, "u32").astype(np.int64)
    limits = machine.read(clamp, "u32").astype(np.int64)
    segment, bound = limits >> 8 & 31, limits & 31
    lane = machine.lane
    low = lane & segment
    high = low | (bound & ~segment)
    mode = ins.modifiers[1]
    source_lane = {
        "up": lane - delta,
        "down": lane + delta,
        "bfly": lane ^ delta,
        "idx": low | (delta & ~segment),
    }[mode]
    valid = source_lane >= high if mode == "up" else source_lane <= high
    taken = np.where(valid, source_lane, lane) + (np.arange(machine.threads) - lane)
    register, _, predicate = target.partition("|")
    machine.write(register, values[taken], mask)
    if predicate:
        machine.write(predicate, valid, mask)


def _space(machine: Machine, ins: Instruction) -> Memory:
    return machine.shared if "shared" in ins.modifiers else machine.memory


def _addresses(machine: Machine, base: str, offset: int) -> npt.NDArray[np.int64]:
    return machine.read(base, "u64").astype(np.int64) + offset


def _dtype(type_: str) -> np.dtype[Any]:
    kind = {"b": "u", "u": "u", "s": "i", "f": "f"}[type_[0]]
    return np.dtype(f"{kind}{int(type_[1:]) // 8}")
