"""The emulated CUDA module: built once, kept between test runs, found by `device="cuda"`."""

from __future__ import annotations

import fcntl
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

import fastcnn

ROOT = Path(__file__).resolve().parents[2]
EMULATOR = ROOT / "tests" / "cuda" / "emulator"
COMMON = ("-std=c++17", "-O1", "-g1", f"-I{EMULATOR.parent}")
SANITIZERS = {
    "plain": [],
    "address": ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"],
    "thread": ["-fsanitize=thread"],
}


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process at a time works in `folder`."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(*command: str | Path) -> str:
    """What a command of a build prints; that is the message if it fails."""
    result = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def build_module(folder: Path, flavour: str = "plain") -> Path:
    """The path of `_cuda_emu`, up to date; "address" and "thread" are built for sanitizers."""
    for tool in ("cmake", "g++"):
        if shutil.which(tool) is None:
            pytest.skip(f"the emulated CUDA module needs {tool} to be built")
    pybind11 = pytest.importorskip("pybind11", reason="its headers are needed to build")
    with alone(folder):
        build = folder / "build"
        generator = ["-G", "Ninja"] if shutil.which("ninja") else []
        run(
            *("cmake", "-S", ROOT, "-B", build, *generator, "-DCMAKE_BUILD_TYPE=Release"),
            *("-DFASTCNN_CUDA_EMULATION=ON", "-DFASTCNN_WARNINGS_AS_ERRORS=ON"),
            f"-DPython_EXECUTABLE={sys.executable}",
            f"-Dpybind11_DIR={pybind11.get_cmake_dir()}",
        )
        plain = flavour == "plain"
        target = "_cuda_emu" if plain else f"_cuda_emu_{flavour}"
        run("cmake", "--build", build, "--target", target, "-j2")
        (module,) = (build if plain else build / flavour).glob("_cuda_emu*.so")
        return module


def load_module(path: Path) -> ModuleType:
    """Makes the module at `path` the `fastcnn._cuda_emu` of this process."""
    spec = importlib.util.spec_from_file_location("fastcnn._cuda_emu", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules["fastcnn._cuda_emu"] = module
    assert Path(fastcnn.__file__).parent.is_dir()
    return module


def build_emulator(folder: Path, flavour: str) -> Path:
    """The emulator alone, as an object to link with; `folder` must be held."""
    sources = sorted(EMULATOR.glob("*.cpp"))
    library = folder / f"emulator_{flavour}.o"
    inputs = [*sources, *EMULATOR.glob("*.h")]
    if library.exists() and all(f.stat().st_mtime < library.stat().st_mtime for f in inputs):
        return library
    # The race detector watches the kernels and must not watch what schedules them.
    own = ["-DEMULATOR_TSAN=1"] if flavour == "thread" else SANITIZERS[flavour]
    unity = folder / f"emulator_{flavour}.cpp"
    unity.write_text("".join(f'#include "{path}"\n' for path in sources))
    run("g++", *COMMON, *own, "-fPIC", "-c", unity, "-o", library)
    return library


def build_planted(folder: Path, flavour: str) -> Path:
    """The program of planted bugs, in the plain, "address" or "thread" flavour."""
    if shutil.which("g++") is None:
        pytest.skip("the emulator needs g++ to be built")
    planted = ROOT / "tests" / "cuda" / "planted"
    with alone(folder):
        library = build_emulator(folder, flavour)
        program = folder / f"planted_{flavour}"
        inputs = [library, *planted.iterdir()]
        if program.exists() and all(f.stat().st_mtime < program.stat().st_mtime for f in inputs):
            return program
        run(
            *("g++", *COMMON, *SANITIZERS[flavour], "-Wno-unknown-pragmas", "-rdynamic"),
            *("-x", "c++", planted / "planted.cu", "-x", "none", library),
            *("-o", program, "-ldl", "-pthread"),
        )
        return program
