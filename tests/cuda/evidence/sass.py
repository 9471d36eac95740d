"""Machine code as nvdisasm prints it: instructions, loops, what the hot loop is made of."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

_SECTION = re.compile(r"^\s*\.section\s+\.text\.([\w$]+)", re.MULTILINE)
_LABEL = re.compile(r"^([.$\w]+):$")
_INSTRUCTION = re.compile(
    r"^\s*/\*[0-9a-f]{4,}\*/\s+(?:@(!?U?P\w+)\s+)?([A-Z][A-Z0-9_.]*)\s*(.*?)\s*;"
)
_TARGET = re.compile(r"`\(([^)]+)\)")
_MATRIX = re.compile(r"^U?(TC)?(H|I|D|B|Q|O)G?MMA")


@dataclass(frozen=True)
class Instruction:
    """One instruction: `@!P0 BRA `(.L_x_1)`."""

    opcode: str  # with its modifiers: LDG.E.128
    operands: str
    predicated: bool

    @property
    def name(self) -> str:
        return self.opcode.partition(".")[0]

    @property
    def wide(self) -> bool:
        return ".128" in self.opcode

    @property
    def is_matrix(self) -> bool:
        """Whether it runs on a tensor core."""
        return _MATRIX.match(self.opcode) is not None


@dataclass
class Function:
    """One kernel."""

    code: list[Instruction] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)


def parse(text: str) -> dict[str, Function]:
    """The kernels of a disassembly by symbol."""
    sections = _SECTION.split(text)
    return {
        name: _function(body) for name, body in zip(sections[1::2], sections[2::2], strict=True)
    }


def _function(body: str) -> Function:
    function = Function()
    for line in body.splitlines():
        if label := _LABEL.match(line):
            function.labels[label[1]] = len(function.code)
        elif found := _INSTRUCTION.match(line):
            function.code.append(Instruction(found[2], found[3], found[1] is not None))
    return function


def innermost_loops(function: Function) -> list[list[Instruction]]:
    """The loops that hold no other.

    A branch closes a loop where every way to it leads through its target. One that only goes back
    in the code need not: rarely taken paths are laid behind the end and return from there.
    """
    flow = _Flow(function)
    loops: dict[int, set[int]] = {}
    for block, successors in enumerate(flow.successors):
        for header in successors:
            if header in flow.dominators[block]:
                loops.setdefault(header, {header}).update(flow.reaching(block, header))
    return [
        [ins for block in sorted(body) for ins in flow.instructions(block)]
        for header, body in loops.items()
        if not any(other in body for other in loops if other != header)
    ]


def hot_loop(function: Function) -> Counter[str]:
    """How often each opcode, without modifiers, is in the innermost loop with the most arithmetic.

    Matrix instructions count under "MMA", what is written as IMAD and multiplies nothing under
    "IMAD.*"; empty where there is no loop.
    """
    counts = [Counter(_kind(ins) for ins in loop) for loop in innermost_loops(function)]
    return max(counts, key=lambda c: (c["MMA"], c["FFMA"], -c.total()), default=Counter())


def _kind(ins: Instruction) -> str:
    if ins.is_matrix:
        return "MMA"
    # IMAD.MOV, .IADD, .SHL, .X and .U32 move, add and shift on the pipe of multiply-adds.
    if ins.name == "IMAD" and ins.opcode.split(".")[1:2] not in ([], ["WIDE"], ["HI"]):
        return "IMAD.*"
    return ins.name


class _Flow:
    """Basic blocks, where each leads, and by which others each is reached."""

    def __init__(self, function: Function) -> None:
        code = function.code
        targets = [self._targets(function, i) for i in range(len(code))]
        starts = {0, *(target for many, _ in targets for target in many)}
        starts |= {i + 1 for i, (many, falls) in enumerate(targets) if many or not falls}
        self._starts = sorted(start for start in starts if start < len(code))
        self._ends = [*self._starts[1:], len(code)]
        self._code = code
        number = {start: block for block, start in enumerate(self._starts)}
        self.successors: list[set[int]] = []
        for end in self._ends:
            many, falls = targets[end - 1]
            following = {*many, *([end] if falls else [])}
            self.successors.append({number[at] for at in following if at in number})
        self._predecessors: list[set[int]] = [set() for _ in self.successors]
        for block, successors in enumerate(self.successors):
            for successor in successors:
                self._predecessors[successor].add(block)
        self.dominators = self._dominate()

    def instructions(self, block: int) -> list[Instruction]:
        return self._code[self._starts[block] : self._ends[block]]

    def reaching(self, block: int, header: int) -> set[int]:
        """Every block from which `block` is reached without passing `header`."""
        found = {header}
        rest = [block]
        while rest:
            one = rest.pop()
            if one not in found:
                found.add(one)
                rest.extend(self._predecessors[one])
        return found

    @staticmethod
    def _targets(function: Function, i: int) -> tuple[list[int], bool]:
        """Where instruction `i` leads, and whether to the next one too."""
        ins = function.code[i]
        if ins.name in ("EXIT", "RET"):
            return [], ins.predicated
        if ins.name == "BSYNC":  # leads on from the place that its BSSY named
            register = ins.operands.split()[0]
            for earlier in reversed(function.code[:i]):
                if earlier.name == "BSSY" and earlier.operands.split(",")[0] == register:
                    return _labelled(function, earlier), ins.predicated
            return [], True
        if ins.name != "BRA":
            return [], True
        conditional = ins.predicated or not ins.operands.startswith("`")
        return _labelled(function, ins), conditional

    # Iterates to the largest sets that agree, in the order of the code.
    def _dominate(self) -> list[set[int]]:
        every = set(range(len(self.successors)))
        dominators = [{0}, *(set(every) for _ in range(len(every) - 1))]
        changed = True
        while changed:
            changed = False
            for block in range(1, len(every)):
                before = [dominators[other] for other in self._predecessors[block]]
                now = {block, *(set.intersection(*before) if before else ())}
                if now != dominators[block]:
                    dominators[block] = now
                    changed = True
        return dominators


def _labelled(function: Function, ins: Instruction) -> list[int]:
    target = _TARGET.search(ins.operands)
    return [function.labels[target[1]]] if target and target[1] in function.labels else []
