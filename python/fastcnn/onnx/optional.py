"""Packages that need not be installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from fastcnn.errors import UnsupportedError


def require(package: str, caller: str, remedy: str) -> Any:
    """The package of that name, imported.

    Args:
        package: Name to import.
        caller: Who needs it.
        remedy: What to type to have it.

    Raises:
        UnsupportedError: It is not installed.
    """
    try:
        return import_module(package)
    except ImportError as error:
        raise UnsupportedError(
            f"{caller}: needs the package '{package}' ({error}); {remedy}"
        ) from error


def require_onnx(caller: str) -> Any:
    """The package onnx."""
    return require("onnx", caller, "pip install 'fastcnn[onnx]'")
