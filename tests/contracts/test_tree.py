"""Tests of the source tree itself: sizes, layers, and what objects export."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NATIVE = ROOT / "src" / "cpp"
LIMIT = 400
LAYERS = ["base", "cpu", "simd", "jit", "kernels", "ops", "engine"]
CUDA = ROOT / "src" / "cuda"
# Folders of implementations that build on others.
OPS = {
    "depthwise": {"convolution"},
    "winograd": {"convolution"},
    "sparse": {"convolution", "dense"},
}
# Each with what it may use of the CPU's rooms.
CUDA_LAYERS = {
    "base": {"base"},
    "kernels": {"base"},
    "ops": {"base", "cpu", "kernels", "ops"},
    "engine": {"base", "cpu", "kernels", "ops", "engine"},
    "bindings": {"base", "bindings", "engine"},
}


def sources(*suffixes: str) -> list[Path]:
    folders = [ROOT / name for name in ("src", "python", "tests", "benchmarks", "examples")]
    return sorted(
        path for folder in folders for path in folder.rglob("*") if path.suffix in suffixes
    )


def includes(path: Path) -> list[str]:
    return re.findall(r'^#include "([^"]+)"', path.read_text(), flags=re.MULTILINE)


def is_isa_file(path: Path) -> bool:
    return path.name in {"generic.h", "x86_avx2.cpp", "x86_avx512.cpp", "arm_neon.cpp"}


def test_no_file_is_longer_than_the_limit():
    long = {
        str(path.relative_to(ROOT)): count
        for path in sources(".py", ".pyi", ".cpp", ".h", ".inc", ".cu", ".cuh")
        if (count := len(path.read_text().splitlines())) > LIMIT
    }

    assert long == {}


@pytest.mark.parametrize("layer", LAYERS)
def test_native_files_include_only_their_layer_and_those_below(layer):
    allowed = set(LAYERS[: LAYERS.index(layer) + 1])

    for path in (NATIVE / layer).rglob("*"):
        if path.suffix in {".h", ".cpp", ".inc"}:
            used = {name.split("/")[0] for name in includes(path)}
            assert used <= allowed, path


def test_implementations_include_only_their_folder_and_those_it_builds_on():
    for path in (NATIVE / "ops").glob("*/*"):
        used = {name.split("/")[1] for name in includes(path) if re.match(r"ops/\w+/", name)}
        assert used <= {path.parent.name} | OPS.get(path.parent.name, set()), path


@pytest.mark.parametrize("layer", CUDA_LAYERS)
def test_cuda_files_include_only_their_layer_and_those_below(layer):
    names = list(CUDA_LAYERS)
    own = {f"cuda/{name}" for name in names[: names.index(layer) + 1]}
    outside = {"emulator"} if layer in {"base", "bindings"} else set()

    for path in (CUDA / layer).rglob("*"):
        if path.suffix in {".h", ".cpp", ".inc", ".cu", ".cuh"}:
            used = {
                "/".join(name.split("/")[: 2 if name.startswith("cuda/") else 1])
                for name in includes(path)
            }
            assert used <= own | CUDA_LAYERS[layer] | outside, path


def test_the_cpu_knows_nothing_of_cuda():
    for folder in (NATIVE, ROOT / "src" / "bindings"):
        for path in folder.rglob("*"):
            if path.is_file():
                assert not any(name.startswith("cuda/") for name in includes(path)), path


def test_a_cuda_kernel_includes_no_cuda_header_of_its_own():
    for path in (CUDA / "kernels").rglob("*"):
        if path.is_file():
            assert not re.search(r"#include <cuda", path.read_text()), path


def test_a_kernel_family_never_includes_another():
    for path in [*(NATIVE / "kernels").glob("*/*"), *(CUDA / "kernels").glob("*/*")]:
        if path.suffix in {".h", ".cpp", ".cu", ".cuh"}:
            others = {
                name
                for name in includes(path)
                if re.match(r"(cuda/)?kernels/\w+/", name)
                and name.split("/")[-2] != path.parent.name
            }
            assert others == set(), path


def test_only_the_bindings_know_python():
    rooms = [NATIVE, *(CUDA / name for name in CUDA_LAYERS if name != "bindings")]
    for path in (path for room in rooms for path in room.rglob("*")):
        if path.is_file():
            assert "pybind11" not in path.read_text(), path


def test_isa_files_include_nothing_that_the_linker_could_mix_up():
    allowed = re.compile(
        r"^(immintrin|arm_neon|std\w+|math|string)\.h$|^c(stddef|stdint|math|string)$"
    )

    for path in NATIVE.rglob("*"):
        if path.is_file() and is_isa_file(path) and path.parent.parent.name == "kernels":
            for name in re.findall(r"^#include <([^>]+)>", path.read_text(), flags=re.MULTILINE):
                assert allowed.match(name), f"{path}: <{name}>"


def test_every_kernel_list_is_in_the_catalogue():
    catalogue = includes(NATIVE / "kernels" / "catalogue.cpp")

    for path in (NATIVE / "kernels").glob("*/kernels.inc"):
        assert f"kernels/{path.parent.name}/kernels.inc" in catalogue


def test_every_kernel_family_explains_itself():
    for path in (NATIVE / "kernels").glob("*/kernels.inc"):
        assert (path.parent / "README.md").is_file(), path.parent


def test_only_the_runtime_calls_the_native_core():
    package = ROOT / "python" / "fastcnn"
    pattern = re.compile(
        r"^from fastcnn import .*_core|^(from|import) fastcnn\._core|\"_cuda", re.MULTILINE
    )

    callers = {
        path.relative_to(package).parts[0]
        for path in package.rglob("*.py")
        if pattern.search(path.read_text())
    }

    assert callers == {"runtime"}
