"""Tests of the emulated module, on the real one."""

from __future__ import annotations

import pytest

from fastcnn.errors import UnsupportedError
from fastcnn.runtime.cuda import cuda_module, device_info


@pytest.fixture
def emulated(monkeypatch):
    """Nothing emulated here: `device="cuda"` is a device; skipped where there is none."""
    monkeypatch.delenv("FASTCNN_CUDA_EMULATION", raising=False)
    try:
        device_info()
    except UnsupportedError as error:
        pytest.skip(str(error))
    return cuda_module()
