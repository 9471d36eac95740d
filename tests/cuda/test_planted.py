"""Each planted bug is caught by the executor that is to catch it, and a right kernel by none."""

from __future__ import annotations

import subprocess
from functools import cache

import pytest

from tests.cuda.emulated import build_planted

BUGS = [
    "none",
    "no barrier before use",
    "no barrier after use",
    "no cp.async wait",
    "no trailing barrier",
    "divergent barrier",
    "no syncwarp",
    "blocks race",
    "global out of bounds",
    "shared out of bounds",
    "misaligned float4",
]
SEEDS = 20

# By flavour, what its report says of each bug that it must catch.
CAUGHT = {
    "plain": {
        "no barrier before use": "wrong result",
        "no barrier after use": "wrong result",
        "no cp.async wait": "wrong result",
        "no trailing barrier": "wrong result",
        "divergent barrier": "barrier divergence",
        "no syncwarp": "wrong result",
        "blocks race": "wrong result",
        "global out of bounds": "a write next to 512 bytes of device memory",
        "shared out of bounds": "past the end of shared array tile",
    },
    "address": {
        "global out of bounds": "use-after-poison",
        "shared out of bounds": "out of bounds for type 'float [130]'",
        "misaligned float4": "misaligned address",
    },
    "thread": {
        "no barrier before use": "data race",
        "no barrier after use": "data race",
        "no trailing barrier": "data race",
        "no syncwarp": "data race",
        "blocks race": "data race",
    },
}


@pytest.fixture(scope="session")
def program_of(build_folder):
    return cache(lambda flavour: build_planted(build_folder, flavour))


def run(program, bug, seed):
    # ThreadSanitizer needs the addresses that it was built for.
    result = subprocess.run(
        ["setarch", "-R", program, str(BUGS.index(bug)), str(seed)],
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("flavour", "bug"), [(flavour, bug) for flavour, bugs in CAUGHT.items() for bug in bugs]
)
def test_a_planted_bug_is_caught(program_of, flavour, bug):
    for seed in range(1, SEEDS + 1):
        code, text = run(program_of(flavour), bug, seed)
        if code:
            break

    assert code != 0
    assert CAUGHT[flavour][bug] in text
    if flavour != "plain":
        assert "planted.cu:" in text  # the line


@pytest.mark.parametrize("flavour", CAUGHT)
def test_right_kernels_are_clean_under_any_schedule(program_of, flavour):
    for seed in range(SEEDS + 1 if flavour == "plain" else 3):
        assert run(program_of(flavour), "none", seed) == (0, "")


def test_every_bug_is_caught_by_an_executor():
    assert {bug for bugs in CAUGHT.values() for bug in bugs} == set(BUGS[1:])
