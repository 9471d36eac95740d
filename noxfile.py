"""The same chores for a person and for CI: `nox -s dev`, `nox -s tests lint types asan`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import nox

nox.options.sessions = ["lint", "types", "tests"]
nox.options.default_venv_backend = "venv"

ROOT = Path(__file__).parent
BUILD_TOOLS = ("scikit-build-core>=0.11", "pybind11>=2.13", "cmake>=3.20", "ninja")
NATIVE = [
    str(path)
    for folder in ("src", "tests/cuda", "tests/native")
    for suffix in ("h", "cpp", "cu", "cuh")
    for path in sorted((ROOT / folder).rglob(f"*.{suffix}"))
]


@nox.session(venv_backend="none")
def dev(session: nox.Session) -> None:
    """Makes .venv with an editable install that rebuilds the native core on import."""
    session.run("python3", "-m", "venv", ".venv")
    pip = str(ROOT / ".venv" / "bin" / "pip")
    session.run(pip, "install", "--quiet", "--upgrade", "pip>=23.1")  # knows -C
    session.run(pip, "install", "--quiet", *BUILD_TOOLS)
    session.run(
        pip,
        "install",
        "--quiet",
        "--no-build-isolation",
        "-Ceditable.rebuild=true",
        "-Cbuild-dir=build/dev",
        "-e",
        ".[dev]",
    )


@nox.session
def tests(session: nox.Session) -> None:
    """Runs the whole test suite against an ordinary install."""
    session.install(".[test]")
    session.run("pytest", "-n", "2", "--dist", "worksteal", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style of Python and C++, and the rule of who may import whom."""
    session.install("ruff==0.17.6", "clang-format==19.1.7")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("clang-format", "--dry-run", "--Werror", *NATIVE)


@nox.session
def types(session: nox.Session) -> None:
    """Mypy --strict and import-linter, which need the package's dependencies."""
    session.install("mypy==2.4.1", "import-linter>=2.1", "numpy", "rich", "click", "safetensors")
    session.run("mypy", "--strict", "python/fastcnn")
    session.run("lint-imports", env={"PYTHONPATH": "python"})


def _runs_avx512() -> bool:
    """Whether this machine runs what takes longest to compile under sanitizers."""
    cpuinfo = Path("/proc/cpuinfo")
    return not cpuinfo.exists() or "avx512f" in cpuinfo.read_text()


@nox.session
def asan(session: nox.Session) -> None:
    """The tests of the native core under the address and undefined-behaviour sanitizers."""
    session.install(*BUILD_TOOLS, "numpy", "rich", "click", "safetensors")
    session.install("pytest", "hypothesis", "onnx")
    pybind11 = session.run("python", "-m", "pybind11", "--cmakedir", silent=True).strip()
    python = str(Path(session.virtualenv.bin) / "python")
    session.run(
        "cmake",
        "--preset",
        "asan",
        f"-Dpybind11_DIR={pybind11}",
        f"-DPython_EXECUTABLE={python}",
        f"-DFASTCNN_AVX512={'ON' if _runs_avx512() else 'OFF'}",
    )
    session.run("cmake", "--build", "--preset", "asan", "-j2")
    package = ROOT / "build" / "asan" / "package" / "fastcnn"
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree(
        ROOT / "python" / "fastcnn", package, ignore=shutil.ignore_patterns("*.so", "__pycache__")
    )
    for module in (ROOT / "build" / "asan").glob("_core*.so"):
        shutil.copy(module, package)
    runtimes = [
        subprocess.check_output(["g++", f"-print-file-name={name}"], text=True).strip()
        for name in ("libasan.so", "libubsan.so")
    ]
    session.run(
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/native",
        *session.posargs,
        env={
            "PYTHONPATH": str(package.parent),
            "LD_PRELOAD": ":".join(runtimes),
            "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0:halt_on_error=1",
            "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
            "FASTCNN_NUM_THREADS": "2",
        },
    )


@nox.session
def tidy(session: nox.Session) -> None:
    """clang-tidy over the native core."""
    session.install(*BUILD_TOOLS, "numpy", "clang-tidy==19.1.0")
    pybind11 = session.run("python", "-m", "pybind11", "--cmakedir", silent=True).strip()
    session.run("cmake", "--preset", "tidy", f"-Dpybind11_DIR={pybind11}")
    session.run("cmake", "--build", "--preset", "tidy", "-j2")


@nox.session
def bench(session: nox.Session) -> None:
    """Speed of every kernel on this machine."""
    session.install(".[all]")
    session.run("fastcnn", "kernels", *session.posargs, env=dict(os.environ))
