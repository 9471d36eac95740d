"""`python -m tests.cuda.evidence`: writes docs/cuda-evidence.md and the figures behind it."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.cuda.compiled import nvcc_version, ptx_of
from tests.cuda.emulated import build_module, load_module
from tests.cuda.evidence.architectures import ARCHITECTURES
from tests.cuda.evidence.collect import moved_by, planned, static_figures
from tests.cuda.evidence.figures import Evidence, Figures, faults, threads_of, write
from tests.cuda.evidence.page import PAGE, page
from tests.cuda.launches import Chosen
from tests.cuda.ptx.parse import parse


def main() -> int:
    """Measures everything; 1 where a kernel has what none may have."""
    os.environ["FASTCNN_CUDA_EMULATION"] = "1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        emulated = load_module(build_module(folder))
        code = {}
        for number, limits in ARCHITECTURES.items():
            print(f"{limits.name} ...", flush=True)
            code[number] = static_figures(folder, number, instructions=True)
        ptx = ptx_of(folder, 80).read_text()
        print("launches ...", flush=True)
        chosen, kernels, threads = Chosen(emulated), parse(ptx), threads_of(ptx)
        figures = {
            kernel: Figures(
                threads[kernel],
                moved_by(kernels[kernel], chosen.whole(kernel)),
                {number: of_all[kernel] for number, of_all in code.items()},
            )
            for kernel in sorted(kernels)
        }
        evidence = Evidence(nvcc_version(), figures, planned(emulated))
    write(evidence)
    PAGE.write_text(page(evidence))
    found = [
        f"{kernel}, sm_{number}: {fault}"
        for number, of_all in code.items()
        for kernel, one in of_all.items()
        for fault in faults(one)
    ]
    print(*found, f"{PAGE}: {len(figures)} kernels", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
