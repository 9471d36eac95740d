"""PTX text as kernels of decoded instructions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_ENTRY = re.compile(r"\.entry\s+([\w$]+)\s*\((.*?)\)(.*?)\n\{(.*?)\n\}", re.DOTALL)
_PARAMETER = re.compile(r"\.param\s+(?:\.align\s+\d+\s+)?\.\w+\s+([\w$]+)")
_SHARED = re.compile(r"\.shared\s+\.align\s+(\d+)\s+\.b8\s+([\w$]+)\[(\d+)\]")
_LABEL = re.compile(r"([\w$]+):")
_INSTRUCTION = re.compile(r"(?:@(!?)(%p\d+)\s+)?([\w.:]+)\s*(.*)", re.DOTALL)
_ADDRESS = re.compile(r"\[([\w$%.]+)(?:\+(-?\d+))?\]")


@dataclass(frozen=True)
class Instruction:
    """One instruction: `@!%p1 ld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd1+16];`."""

    text: str
    opcode: str  # ld
    modifiers: tuple[str, ...]  # global v4 f32
    operands: tuple[tuple[str, ...], ...]  # a vector's registers, or one operand alone
    predicate: str | None
    negated: bool

    @property
    def type(self) -> str:
        return self.modifiers[-1]


@dataclass
class Kernel:
    """One entry of a module."""

    name: str
    parameters: list[str]
    code: list[Instruction] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    shared: dict[str, int] = field(default_factory=dict)  # name -> offset in bytes
    shared_bytes: int = 0


def parse(text: str) -> dict[str, Kernel]:
    """The kernels of a module by name."""
    text = re.sub(r"//[^\n]*", "", text)
    return {match[1]: _kernel(match) for match in _ENTRY.finditer(text)}


def address(operand: str) -> tuple[str, int]:
    """Base and offset of `[base+offset]`."""
    match = _ADDRESS.fullmatch(operand)
    assert match is not None, operand
    return match[1], int(match[2] or 0)


def _kernel(match: re.Match[str]) -> Kernel:
    kernel = Kernel(match[1], _PARAMETER.findall(match[2]))
    for statement in re.split(r"[;\n]", _lines(match[4])):
        line = statement.strip()
        if shared := _SHARED.match(line):
            alignment, size = int(shared[1]), int(shared[3])
            offset = -(-kernel.shared_bytes // alignment) * alignment
            kernel.shared[shared[2]] = offset
            kernel.shared_bytes = offset + size
        elif label := _LABEL.fullmatch(line):
            kernel.labels[label[1]] = len(kernel.code)
        elif line and not line.startswith("."):
            kernel.code.append(_instruction(line))
    return kernel


def _lines(body: str) -> str:
    """`body` with each instruction on one line, and without the braces of inline assembly."""
    body = re.sub(r"\{\s*\n?(?=\s*(?:@|[a-z]+\.))", "\n", body)
    body = re.sub(r"\n\s*\}\s*(?=\n|$)", "\n", body)
    return re.sub(r",\s*\n\s*", ", ", body)


def _instruction(line: str) -> Instruction:
    match = _INSTRUCTION.fullmatch(line)
    assert match is not None, line
    opcode, *modifiers = match[3].split(".")
    return Instruction(
        text=line,
        opcode=opcode,
        modifiers=tuple(modifiers),
        operands=tuple(_operands(match[4])),
        predicate=match[2],
        negated=bool(match[1]),
    )


def _operands(text: str) -> list[tuple[str, ...]]:
    parts = re.findall(r"\{[^}]*\}|\[[^\]]*\]|[^,\s]+", text)
    return [tuple(part.strip() for part in part.strip("{}").split(",")) for part in parts]
