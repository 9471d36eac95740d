"""Fixtures of the CUDA tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cuda.emulated import build_module, load_module
from tests.cuda.launches import Chosen
from tests.cuda.ptx.replay import compiled


@pytest.fixture(scope="session")
def build_folder(request: pytest.FixtureRequest) -> Path:
    """Where builds are kept from one test run to the next."""
    return request.config.cache.mkdir("cuda")


@pytest.fixture(scope="session")
def emulated_module(build_folder):
    """The emulated CUDA module."""
    return load_module(build_module(build_folder))


@pytest.fixture
def emulated(emulated_module, monkeypatch):
    """`device="cuda"` runs in the emulator, with threads in a random order."""
    monkeypatch.setenv("FASTCNN_CUDA_EMULATION", "1")
    emulated_module.heal()
    emulated_module.configure(seed=1)
    return emulated_module


@pytest.fixture(scope="session")
def chosen(emulated_module):
    """Launches of every kernel."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FASTCNN_CUDA_EMULATION", "1")
        return Chosen(emulated_module)


@pytest.fixture(scope="session", params=["compute_80", "compute_90"])
def kernels(request, build_folder):
    """Every kernel as PTX."""
    return compiled(build_folder, request.param)
