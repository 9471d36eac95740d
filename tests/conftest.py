"""Fixtures shared by all tests."""

from __future__ import annotations

import os

import numpy as np
import pytest

from fastcnn import runtime

# Tests take the kernels that come first, so that every run and every machine sees the same bits.
os.environ.setdefault("FASTCNN_MEASURE", "0")

ISAS = runtime.cpu_info()["isas"]


def pytest_report_header() -> str:
    info = runtime.cpu_info()
    return (
        f"fastcnn: {info['brand']}, kernels for {', '.join(info['isas'])}, "
        f"{info['threads']} threads; numpy {np.__version__}"
    )


@pytest.fixture
def rng() -> np.random.Generator:
    """Numbers that are the same in every run."""
    return np.random.default_rng(20240229)


@pytest.fixture(params=ISAS)
def isa(request):
    """Each instruction set this machine can run, in turn."""
    runtime.set_isa(request.param)
    yield request.param
    runtime.set_isa(ISAS[-1])


@pytest.fixture
def threads():
    """Puts the number of threads back after a test that changes it."""
    before = runtime.get_num_threads()
    yield
    runtime.set_num_threads(before)
