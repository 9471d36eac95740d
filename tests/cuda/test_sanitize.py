"""Every kernel under ThreadSanitizer, in one schedule: `python -m tests.cuda.sanitize` runs 20 and
AddressSanitizer too, whose reports the PTX interpreter gives in other words."""

from __future__ import annotations

from tests.cuda.sanitize import sanitize


def test_kernels_have_no_races(build_folder):
    result = sanitize(build_folder, "thread", seeds=1)

    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.endswith("clean\n")
