"""Tests of the source tree itself: sizes, layers, and what objects export."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NATIVE = ROOT / "src" / "cpp"
LIMIT = 400
LAYERS = ["base", "cpu", "simd", "jit", "kernels", "ops", "engine"]


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
        for path in sources(".py", ".pyi", ".cpp", ".h", ".inc")
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


def test_a_kernel_family_never_includes_another():
    for path in (NATIVE / "kernels").glob("*/*"):
        if path.suffix in {".h", ".cpp"}:
            others = {
                name
                for name in includes(path)
                if name.startswith("kernels/")
                and name.count("/") == 2
                and name.split("/")[1] != path.parent.name
            }
            assert others == set(), path


def test_only_the_bindings_know_python():
    for path in NATIVE.rglob("*"):
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
        r"^from fastcnn import .*_core|^(from|import) fastcnn\._core", re.MULTILINE
    )

    callers = {
        path.relative_to(package).parts[0]
        for path in package.rglob("*.py")
        if pattern.search(path.read_text())
    }

    assert callers == {"runtime"}
