"""`python -m tests.cuda.sanitize`: every kernel under sanitizers, in many random schedules.

The module is built for a sanitizer and loaded into a process that has its runtime; a small set of
cases that comes to every kernel is run once for each seed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType

from tests.cuda.emulated import ROOT, build_module, load_module
from tests.cuda.launches import Way, edge_cases, record, run_case, ways
from tests.cuda.more_cases import OTHER_KINDS
from tests.cuda.test_operators import CASES, LONG
from tests.native.one_op import BLOCKED, CONSTANT
from tests.ops.cases import Case

FLAVOURS = {"address": ("libasan.so", "libubsan.so"), "thread": ("libtsan.so",)}
SEEDS = 20
_LARGEST = 2048  # threads of a launch, where a kernel has a smaller one
# To the race detector each thread of a launch is one of its own, and making one takes long.
_MOST_BLOCKS = {"address": 0, "thread": 16}
_OPTIONS = {
    "ASAN_OPTIONS": "detect_leaks=0:halt_on_error=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=1:exitcode=66:detect_deadlocks=0:report_signal_unsafe=0",
}


def sanitize(folder: Path, flavour: str, seeds: int) -> subprocess.CompletedProcess[str]:
    """Builds one flavour and runs every kernel in it; what it found is printed."""
    module = build_module(folder, flavour)
    runtimes = [
        subprocess.check_output(["g++", f"-print-file-name={name}"], text=True).strip()
        for name in FLAVOURS[flavour]
    ]
    return subprocess.run(
        # ThreadSanitizer needs the addresses that it was built for.
        [
            *("setarch", "-R", sys.executable, "-m", "tests.cuda.sanitize"),
            *("--module", str(module), "--seeds", str(seeds), flavour),
        ],
        cwd=ROOT,
        env={**os.environ, **_OPTIONS, "LD_PRELOAD": ":".join(runtimes)},
        capture_output=True,
        text=True,
        check=False,
    )


def covering(emulated: ModuleType) -> tuple[list[tuple[Case, Way]], set[str]]:
    """Cases, each with a way to run it, that come to every kernel that any case comes to.

    Of each kernel the launch is taken with the most threads that are not too many.
    """
    known = {op for op, _ in emulated.operators()}
    best: dict[str, tuple[tuple[bool, int], tuple[Case, Way]]] = {}
    for case in (*CASES, *LONG, *OTHER_KINDS, *edge_cases()):
        if case.op not in known:
            continue
        for way in ways(case, CONSTANT, BLOCKED):
            for launch in record(emulated, case, way, dry=True):
                fits = launch.threads <= _LARGEST
                rank = (fits, launch.threads if fits else -launch.threads)
                if launch.kernel not in best or rank > best[launch.kernel][0]:
                    best[launch.kernel] = (rank, (case, way))
    chosen = {(id(case), way): (case, way) for _, (case, way) in best.values()}
    return list(chosen.values()), set(best)


def run_all(emulated: ModuleType, seeds: Iterable[int], most_blocks: int) -> str:
    """Runs every kernel once a seed: each must give the same bits."""
    cases, kernels = covering(emulated)
    count = 0
    first: dict[int, list[bytes]] = {}
    for seed in seeds:
        count += 1
        emulated.configure(seed=seed, most_blocks=most_blocks)
        for i, (case, way) in enumerate(cases):
            given = [array.tobytes() for array in run_case(case, way)]
            if not most_blocks and given != first.setdefault(i, given):
                raise AssertionError(f"{case}: seed {seed} gives other bits than seed 1")
    return f"{len(kernels)} kernels in {len(cases)} cases, {count} schedules each: clean"


def main(words: Sequence[str] | None = None) -> int:
    """Runs the flavours that are asked for; 1 where one found something."""
    parser = argparse.ArgumentParser(prog="python -m tests.cuda.sanitize", description=__doc__)
    parser.add_argument("flavours", nargs="*", default=list(FLAVOURS), help="of both by default")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="random schedules of each kernel")
    parser.add_argument("--module", help=argparse.SUPPRESS)
    given = parser.parse_args(words)
    if given.module:
        os.environ["FASTCNN_CUDA_EMULATION"] = "1"
        emulated = load_module(Path(given.module))
        (flavour,) = given.flavours
        print(run_all(emulated, range(1, given.seeds + 1), _MOST_BLOCKS[flavour]))
        return 0
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for flavour in given.flavours:
            result = sanitize(Path(folder), flavour, given.seeds)
            print(f"{flavour}: {result.stdout}{result.stderr}", end="", flush=True)
            failed += result.returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
