"""`fastcnn kernels`."""

from __future__ import annotations

from pathlib import Path

from fastcnn import runtime


def test_a_family_is_listed_whole_and_the_pick_is_marked(call) -> None:
    names = [k["name"] for k in runtime.kernels() if k["family"] == "gemm"]
    active = runtime.cpu_info()["isa"]

    answer = call("kernels", "gemm", "--json").json

    assert sorted(row["kernel"] for row in answer["kernels"]) == sorted(names)
    (picked,) = [row for row in answer["kernels"] if row["picked"]]
    assert picked["isa"] == active
    assert 0 < picked["share_of_peak"] < 1.1
    assert runtime.cpu_info()["isa"] == active


UNMEASURED = {
    "peak",  # the measure itself
    "batch_norm",  # two of its kernels run in one node
    *("elementwise", "reduce_axes"),  # some of many functions stand for all
    "channel_copy",  # joins images that two other nodes have made blocked
    "pixel_lines",  # run around and within convolutions of generated code
    "conv2d_sparse",  # with AVX-512 generated code runs its shape
}


def test_every_kernel_is_told_of(call) -> None:
    kernels = runtime.kernels()
    isas = runtime.cpu_info()["isas"]

    answer = call("kernels", "--json").json

    rows = answer["kernels"]
    assert sorted(row["kernel"] for row in rows) == sorted(kernel["name"] for kernel in kernels)
    unmeasured = {row["kernel"]: row["shape"] for row in rows if row["gigabytes"] is None}
    for kernel in kernels:
        if kernel["isa"] not in isas:
            assert unmeasured[kernel["name"]] == "not on this CPU"
    here = [k for k in kernels if k["isa"] in isas and k["name"] in unmeasured]
    assert {k["family"] for k in here} <= UNMEASURED


def test_people_see_the_pick_marked(call) -> None:
    result = call("kernels", "gemm")

    (line,) = [line for line in result.out.splitlines() if line.strip().startswith("* ")][:1]
    assert runtime.cpu_info()["isa"] in line


def test_shapes_of_ones_own_are_run(call, tmp_path: Path) -> None:
    shapes = tmp_path / "shapes.txt"
    shapes.write_text("dense n=8 k=32 m=16\ndense n=8 k=64 m=16\n")

    answer = call("kernels", "gemm", "--shapes", shapes, "--json").json

    measured = [row for row in answer["kernels"] if row["ms"] is not None]
    assert len(measured) == 2 * len({row["kernel"] for row in measured})
    assert {row["shape"] for row in measured} == {"dense n=8 k=32 m=16", "dense n=8 k=64 m=16"}


def test_speed_ups_of_sparse_layers_are_told(call, tmp_path: Path) -> None:
    shapes = tmp_path / "shapes.txt"
    shapes.write_text("conv2d n=1 c=64 h=14 w=14 oc=64 k=3 p=1\ndense n=8 k=64 m=16\n")

    answer = call("kernels", "--sparsity", "0.5,0.99", "--shapes", shapes, "--json").json

    half, few = answer["sparsity"]
    assert (half["sparsity"], few["sparsity"]) == (0.5, 0.99)
    assert "sparse" in few["kernel"]
    assert few["times"] > half["times"] > 0
    assert answer["worst"] == min(half["times"], few["times"])


def test_a_sparsity_of_one_is_refused(call) -> None:
    result = call("kernels", "--sparsity", "0.5,1")

    assert result.code == 2
    assert "not 1.0" in result.err
