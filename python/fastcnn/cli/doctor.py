"""`fastcnn doctor`: what this machine offers, and what is used of it."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from typing import Any

from rich.table import Table
from rich.text import Text

from fastcnn import runtime
from fastcnn.cli.frame import command
from fastcnn.cli.output import Output

_PACKAGES = (
    "fastcnn",
    "numpy",
    "safetensors",
    "scipy",
    "pillow",
    "plotly",
    "jinja2",
    "cupy-cuda13x",
)
_NOTABLE = (
    "avx",
    "avx2",
    "fma",
    "f16c",
    "avx512f",
    "avx512bw",
    "avx512_vnni",
    "asimd",
    "neon",
    "sve",
)


@command("doctor")
def doctor(output: Output) -> None:
    """Show CPU features, caches, threads, CUDA."""
    info = runtime.cpu_info()
    facts: dict[str, Any] = {
        "cpu": info["brand"],
        "features": info["features"],
        "isas": info["isas"],
        "isa": info["isa"],
        "l1_bytes": info["l1_bytes"],
        "l2_bytes": info["l2_bytes"],
        "l3_bytes": info["l3_bytes"],
        "threads": info["threads"],
        "threads_reason": threads_reason(info, os.environ),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in _PACKAGES},
        "cuda": runtime.cuda_state(),
    }
    table = Table.grid(padding=(0, 3))
    for word, found in _lines(facts):
        table.add_row(Text(word, "bold"), Text(found, overflow="fold"))
    output.answer(facts, table)


def threads_reason(info: dict[str, Any], environment: os._Environ[str] | dict[str, str]) -> str:
    """Why this many threads are used."""
    asked = environment.get("FASTCNN_NUM_THREADS")
    affinity, quota = info["affinity_cpus"], info["cgroup_cpus"]
    if asked and int(asked) < min(affinity, quota or affinity):
        return f"FASTCNN_NUM_THREADS is {asked}"
    if quota and quota < affinity:
        return f"the cgroup quota is {quota} CPUs, the affinity mask has {affinity}"
    limits = f"the cgroup quota is {quota} CPUs" if quota else "there is no cgroup quota"
    return f"the affinity mask has {affinity} CPUs, {limits}"


def _lines(facts: dict[str, Any]) -> list[tuple[str, str]]:
    caches = ", ".join(
        f"L{level} {_binary(facts[f'l{level}_bytes'])}"
        for level in (1, 2, 3)
        if facts[f"l{level}_bytes"]
    )
    isa = f"{', '.join(facts['isas'])}; using {facts['isa']}"
    if os.environ.get("FASTCNN_ISA"):
        isa += " (FASTCNN_ISA)"
    notable = [name for name in _NOTABLE if name in facts["features"]]
    return [
        ("CPU", facts["cpu"]),
        ("Features", " ".join(notable) or "none that kernels use"),
        ("Instruction sets", isa),
        ("Caches", caches or "unknown"),
        ("Threads", f"{facts['threads']}: {facts['threads_reason']}"),
        ("CUDA", _cuda(facts["cuda"])),
        ("System", facts["system"]),
        ("Python", facts["python"]),
        *((name, version or "not installed") for name, version in facts["versions"].items()),
    ]


def _cuda(found: dict[str, Any] | None) -> str:
    if found is None:
        return "absent: this build has no CUDA part; FASTCNN_CUDA=ON makes one where nvcc is"
    if "problem" in found:
        return f"built, but {found['problem'].removeprefix('cuda: ')}"
    capability = ".".join(map(str, found["compute_capability"]))
    driver = ".".join(map(str, found["driver"]))
    return (
        f"{found['name']}, compute capability {capability}, "
        f"{found['multiprocessors']} multiprocessors, {_binary(found['memory_bytes'])} "
        f"({_binary(found['free_bytes'])} free), driver for CUDA {driver}"
    )


def _binary(size_bytes: int) -> str:
    """Memory as its makers count it, in units of 1024."""
    return f"{size_bytes >> 20} MiB" if size_bytes >= 1 << 20 else f"{size_bytes >> 10} KiB"


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
