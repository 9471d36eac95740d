"""Every kernel under sanitizers, in few schedules: `python -m tests.cuda.sanitize` runs 20."""

from __future__ import annotations

import pytest

from tests.cuda.sanitize import FLAVOURS, sanitize


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_kernels_are_clean_under_sanitizers(build_folder, flavour):
    result = sanitize(build_folder, flavour, seeds=1)

    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.endswith("clean\n")
