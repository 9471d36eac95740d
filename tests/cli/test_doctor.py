"""`fastcnn doctor`."""

from __future__ import annotations

import pytest

from fastcnn import runtime
from fastcnn.cli.doctor import threads_reason


def test_it_tells_what_the_runtime_sees(call) -> None:
    info = runtime.cpu_info()

    answer = call("doctor", "--json").json

    assert answer["cpu"] == info["brand"]
    assert answer["isas"] == info["isas"]
    assert answer["threads"] == info["threads"]
    assert answer["cuda"] == runtime.cuda_state()
    assert answer["versions"]["numpy"]


def test_people_read_the_same(call) -> None:
    result = call("doctor")

    assert result.code == 0
    for word in ("CPU", "Caches", "Threads", "CUDA"):
        assert word in result.out


FOUND = {
    "name": "a GPU",
    "compute_capability": (9, 0),
    "multiprocessors": 132,
    "memory_bytes": 80 << 30,
    "free_bytes": 79 << 30,
    "driver": (13, 0),
}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (None, "absent: this build has no CUDA part"),
        ({"problem": "cuda: no usable CUDA device: x"}, "built, but no usable CUDA device: x"),
        (FOUND, "a GPU, compute capability 9.0, 132 multiprocessors, 81920 MiB (80896 MiB free)"),
    ],
)
def test_it_tells_of_cuda(call, monkeypatch, state, words) -> None:
    monkeypatch.setattr(runtime, "cuda_state", lambda: state)

    assert words in " ".join(call("doctor").out.split())


@pytest.mark.parametrize(
    ("affinity", "quota", "environment", "reason"),
    [
        (8, 0, {}, "the affinity mask has 8 CPUs, there is no cgroup quota"),
        (8, 2, {}, "the cgroup quota is 2 CPUs, the affinity mask has 8"),
        (2, 4, {}, "the affinity mask has 2 CPUs, the cgroup quota is 4 CPUs"),
        (8, 4, {"FASTCNN_NUM_THREADS": "3"}, "FASTCNN_NUM_THREADS is 3"),
        (8, 2, {"FASTCNN_NUM_THREADS": "3"}, "the cgroup quota is 2 CPUs, the affinity mask has 8"),
    ],
)
def test_the_number_of_threads_has_a_reason(
    affinity: int, quota: int, environment: dict[str, str], reason: str
) -> None:
    info = {"affinity_cpus": affinity, "cgroup_cpus": quota}

    assert threads_reason(info, environment) == reason
