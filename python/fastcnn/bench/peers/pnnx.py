"""Conversion by pnnx, for runtimes that do not read ONNX."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any


def convert(model: str, arrays: dict[str, Any], folder: str) -> Path:
    """Writes the model's other forms into `folder`, for inputs of these shapes.

    Returns:
        Their path without the endings `.ncnn.param`, `.ncnn.bin`, `_pnnx.py`.

    Raises:
        RuntimeError: pnnx is missing or cannot convert the model.
    """
    beside = Path(sys.executable).with_name("pnnx")
    program = str(beside) if beside.exists() else shutil.which("pnnx")
    if program is None:
        raise RuntimeError("pnnx, which converts the model, is not installed")
    link = Path(folder) / "model.onnx"
    link.unlink(missing_ok=True)
    link.symlink_to(Path(model).resolve())
    shapes = ",".join(str(list(array.shape)).replace(" ", "") for array in arrays.values())
    result = subprocess.run(
        [program, link.name, f"inputshape={shapes}", "fp16=0"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode or not (Path(folder) / "model.ncnn.param").exists():
        raise RuntimeError(f"pnnx cannot convert it: {(result.stderr or result.stdout)[-200:]}")
    return Path(folder) / "model"


def written_module(stem: Path) -> Any:
    """The module of PyTorch that `convert` wrote, with its weights."""
    os.chdir(stem.parent)  # where it looks for them
    spec = importlib.util.spec_from_file_location("model_pnnx", f"{stem}_pnnx.py")
    assert spec is not None
    assert spec.loader is not None
    written = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(written)
    return written.Model()
