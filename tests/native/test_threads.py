"""The thread pool: where workers run, how many there are, forks, changes of size."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from fastcnn import runtime
from fastcnn.graph import Graph
from fastcnn.ops import Builder
from fastcnn.runtime import Session

CPUS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
IMAGES = np.random.default_rng(2).random((8, 8, 16, 16), np.float32)


def convolution() -> Graph:
    rng = np.random.default_rng(1)
    g = Builder()
    x = g.input("x", (None, 8, 16, 16))
    w = g.parameter("w", rng.standard_normal((16, 8, 3, 3)).astype(np.float32))
    y = g.apply(
        "conv2d", x, w, g.parameter("b", np.zeros(16, np.float32)), strides=(1, 1),
        pads=(1, 1, 1, 1), dilations=(1, 1), groups=1, activation="relu",
    )  # fmt: skip
    return g.build([y])


@pytest.fixture
def session(threads):
    runtime.set_num_threads(256)
    return Session(convolution(), threads=runtime.get_num_threads())


def pinned_cpus() -> set[int]:
    """CPUs that other threads of this process are pinned to."""
    pinned = set()
    for task in Path("/proc/self/task").iterdir():
        mask = os.sched_getaffinity(int(task.name))
        if int(task.name) != threading.get_native_id() and len(mask) == 1:
            pinned |= mask
    return pinned


def test_there_are_never_more_threads_than_cpus_for_them(session):
    info = runtime.cpu_info()

    assert info["threads"] == min(info["affinity_cpus"], info["cgroup_cpus"] or 256, 256)


@pytest.mark.skipif(len(CPUS) < 2, reason="a worker needs a second CPU")
def test_workers_leave_the_callers_cpu_and_the_caller_stays_free(session):
    if runtime.get_num_threads() < len(CPUS):
        pytest.skip("a pool smaller than the affinity mask is not pinned")
    try:
        for cpu in CPUS:
            os.sched_setaffinity(0, {cpu})

            session(IMAGES)

            assert os.sched_getaffinity(0) == {cpu}
            assert pinned_cpus() == set(CPUS) - {cpu}
    finally:
        os.sched_setaffinity(0, CPUS)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_runs_on_workers_of_its_own(session):
    expected = session(IMAGES)

    child = os.fork()
    if child == 0:
        equal = False
        try:
            equal = np.array_equal(session(IMAGES), expected)
        finally:
            os._exit(0 if equal else 1)

    assert os.waitpid(child, 0)[1] == 0
    np.testing.assert_array_equal(session(IMAGES), expected)


def test_the_number_of_threads_may_change_while_sessions_run(session):
    expected = session(IMAGES)
    wrong = []
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            if not np.array_equal(session(IMAGES), expected):
                wrong.append(1)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for i in range(60):
        runtime.set_num_threads(1 + i % 2)
    done.set()
    for worker in workers:
        worker.join()

    assert wrong == []
