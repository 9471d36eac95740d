"""The names of the package: all of them are there, and none is loaded before it is asked for."""

from __future__ import annotations

import ast
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import fastcnn as fc

SOURCE = Path(fc.__file__).read_text()
LATE = {"augment", "bench", "compress", "datasets", "layers", "models", "onnx", "report", "train"}
OTHERS = {"rich", "PIL", "onnx", "scipy", "plotly", "jinja2", "click"}


def imports_for_type_checkers() -> dict[str, set[str]]:
    """By module, the names that the block for type checkers imports from it."""
    (block,) = [node for node in ast.parse(SOURCE).body if isinstance(node, ast.If)]
    found: dict[str, set[str]] = {}
    for line in block.body:
        assert isinstance(line, ast.ImportFrom)
        assert [alias.asname for alias in line.names] == [alias.name for alias in line.names]
        found.setdefault(line.module, set()).update(alias.name for alias in line.names)
    return found


def loaded_by(code: str) -> set[str]:
    """Modules that a fresh process has after `code`."""
    result = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(result.stdout.split())


def test_type_checkers_see_what_the_table_holds() -> None:
    table = {module: set(names) for module, names in fc._HOMES.items()}

    assert imports_for_type_checkers() == table
    assert dir(fc) == sorted(set.union(*table.values()))


def test_every_name_is_what_its_module_calls_so() -> None:
    for module, names in fc._HOMES.items():
        for name in names:
            space: dict[str, object] = {}
            exec(f"from {module} import {name}", space)
            assert getattr(fc, name) is space[name]


def test_a_star_brings_every_public_name() -> None:
    space: dict[str, object] = {}
    exec("from fastcnn import *", space)

    del space["__builtins__"]
    assert set(space) == {name for name in dir(fc) if not name.startswith("_")}
    assert all(space[name] is getattr(fc, name) for name in space)


def test_a_star_needs_no_optional_package() -> None:
    loaded = loaded_by("from fastcnn import *")

    assert {f"fastcnn.{room}" for room in LATE} <= loaded
    assert loaded.isdisjoint(OTHERS - {"rich", "click"})


def test_a_name_that_is_not_there_is_told_of() -> None:
    with pytest.raises(AttributeError, match="module 'fastcnn' has no attribute 'cnn'"):
        _ = fc.cnn


def test_what_is_imported_late_can_be_pickled() -> None:
    for thing in (fc.compile, fc.Session, fc.layers.Dense, fc.errors.ShapeError):
        assert pickle.loads(pickle.dumps(thing)) is thing


def test_the_package_alone_loads_nothing_heavy() -> None:
    loaded = loaded_by("import fastcnn")

    assert {name for name in loaded if name.startswith("fastcnn.")} == {"fastcnn.lazy"}
    assert "numpy" not in loaded


def test_compile_loads_neither_training_nor_compression() -> None:
    loaded = loaded_by("import fastcnn; fastcnn.compile")

    assert "fastcnn.runtime.session" in loaded
    assert loaded.isdisjoint({f"fastcnn.{room}" for room in LATE} | OTHERS)


def test_a_session_of_an_onnx_file_loads_no_model(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    g = fc.ops.Builder()
    path = tmp_path / "relu.onnx"
    fc.onnx.save(g.build((g.apply("relu", g.input("x", (None, 4))),)), path)

    loaded = loaded_by(
        f"import fastcnn, numpy\n"
        f"y = fastcnn.compile({str(path)!r})(numpy.array([[-1, 0, 1, 2]], numpy.float32))\n"
        f"assert y.tolist() == [[0, 0, 1, 2]]"
    )

    assert "fastcnn.onnx" in loaded
    assert loaded.isdisjoint({f"fastcnn.{room}" for room in LATE - {"onnx"}} | {"rich", "scipy"})
