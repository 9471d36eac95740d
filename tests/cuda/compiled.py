"""The kernels of the backend as nvcc and ptxas make them, without a GPU."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Collection
from functools import cache
from pathlib import Path

import pytest

from tests.cuda.emulated import ROOT, alone, run

SOURCES = ROOT / "src" / "cuda"
KERNELS = SOURCES / "kernels"


def find_tool(name: str) -> Path | None:
    """A program of the CUDA toolkit: on the PATH, in its usual folder, in a wheel of PyPI."""
    wheels = importlib.util.find_spec("nvidia")
    folders = [] if wheels is None else wheels.submodule_search_locations or []
    for path in (None, "/usr/local/cuda/bin", *(f"{folder}/cu13/bin" for folder in folders)):
        if found := shutil.which(name, path=path):
            return Path(found)
    return None


def family_of(symbol: str) -> str:
    """The folder of `src/cuda/kernels` that a kernel comes from."""
    (family,) = {family for name, family in _names().items() if f"{len(name)}{name}" in symbol}
    return family


@cache
def _names() -> dict[str, str]:
    """The family of every function that is declared `__global__`."""
    return {
        name: path.parent.name
        for path in sorted(KERNELS.glob("*/*.cu*"))
        for name in re.findall(r"__global__[^;{]*?\b(\w+)\s*\(\w+ \w+\)", path.read_text())
    }


def need_tool(name: str, remedy: str) -> Path:
    """The same, or a skipped test."""
    found = find_tool(name)
    if found is None:
        pytest.skip(f"{name} is not there: {remedy}")
    return found


def nvcc_version() -> str:
    """As `13.0.88`."""
    text = run(need_tool("nvcc", "nothing compiles CUDA here"), "--version")
    (version,) = re.findall(r"V(\d+\.\d+\.\d+)", text)
    return version


def ptx_of(folder: Path, architecture: int, families: Collection[str] = ()) -> Path:
    """Every kernel, or those of some families, as PTX for compute capability `architecture`."""
    nvcc = need_tool("nvcc", "nothing compiles CUDA here")
    folder = folder / f"sm_{architecture}"
    folder.mkdir(exist_ok=True)
    source, ptx = folder / "kernels.cu", folder / "kernels.ptx"
    with alone(folder):
        rooms = (SOURCES / "base", KERNELS)
        newest = max(path.stat().st_mtime for room in rooms for path in room.rglob("*.*"))
        if not ptx.exists() or ptx.stat().st_mtime < newest:
            # Most of the time goes into headers: all in one piece.
            launches = [
                path
                for path in sorted(KERNELS.glob("*/launch.cu"))
                if not families or path.parent.name in families
            ]
            source.write_text("".join(f'#include "{path}"\n' for path in launches))
            run(
                *(nvcc, "-std=c++17", "-O3", "-ptx", f"-arch=compute_{architecture}"),
                *(f"-I{ROOT / 'src'}", f"-I{ROOT / 'src' / 'cpp'}", source, "-o", ptx),
            )
    return ptx


def cubin_of(folder: Path, architecture: int, families: Collection[str] = ()) -> tuple[Path, str]:
    """The same as machine code, and what ptxas says of it."""
    ptx = ptx_of(folder, architecture, families)
    ptxas = need_tool("ptxas", "it comes with nvcc")
    cubin, log = ptx.with_suffix(".cubin"), ptx.with_suffix(".log")
    with alone(ptx.parent):
        if not log.exists() or log.stat().st_mtime < ptx.stat().st_mtime:
            text = run(ptxas, "-v", f"-arch=sm_{architecture}", ptx, "-o", cubin)
            log.write_text(text)
    return cubin, log.read_text()


def sass_of(folder: Path, architecture: int, families: Collection[str] = ()) -> str:
    """That machine code as text."""
    cubin, _ = cubin_of(folder, architecture, families)
    nvdisasm = need_tool("nvdisasm", "pip install nvidia-cuda-nvdisasm")
    return run(nvdisasm, "-c", cubin)
