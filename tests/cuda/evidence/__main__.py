"""`python -m tests.cuda.evidence [FAMILY ..]`: writes docs/cuda-evidence.md and its figures.

Of the kernels of some families, where these are named; the rest are kept as they were committed.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.cuda.compiled import KERNELS, nvcc_version, ptx_of
from tests.cuda.emulated import build_module, load_module
from tests.cuda.evidence.architectures import ARCHITECTURES
from tests.cuda.evidence.collect import moved_by, planned, static_figures
from tests.cuda.evidence.figures import Evidence, Figures, faults, merged, read, threads_of, write
from tests.cuda.evidence.page import PAGE, page
from tests.cuda.launches import Chosen
from tests.cuda.ptx.parse import parse


def main(families: Sequence[str]) -> int:
    """Measures all `families`, or everything; 1 where a kernel has what none may have."""
    if unknown := [name for name in families if not (KERNELS / name).is_dir()]:
        print(f"no family of kernels: {', '.join(unknown)}; they are the folders of {KERNELS}")
        return 2
    os.environ["FASTCNN_CUDA_EMULATION"] = "1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        emulated = load_module(build_module(folder))
        code = {}
        for number, limits in ARCHITECTURES.items():
            print(f"{limits.name} ...", flush=True)
            code[number] = static_figures(folder, number, families, instructions=True)
        ptx = ptx_of(folder, 80, families).read_text()
        print("launches ...", flush=True)
        kernels, threads = parse(ptx), threads_of(ptx)
        chosen = Chosen(emulated, set(kernels))
        figures = {
            kernel: Figures(
                threads[kernel],
                moved_by(kernels[kernel], chosen.whole(kernel)),
                {number: of_all[kernel] for number, of_all in code.items()},
            )
            for kernel in sorted(kernels)
        }
        evidence = Evidence(nvcc_version(), figures, planned(emulated))
    if families:
        evidence = merged(evidence, read(), families)
    write(evidence)
    PAGE.write_text(page(evidence))
    found = [
        f"{kernel}, sm_{number}: {fault}"
        for number, of_all in code.items()
        for kernel, one in of_all.items()
        for fault in faults(one)
    ]
    print(*found, f"{PAGE}: {len(figures)} of {len(evidence.kernels)} kernels", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
