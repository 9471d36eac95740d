"""Inference sessions on a CUDA device."""

from __future__ import annotations

from typing import Any

from fastcnn.errors import UnsupportedError
from fastcnn.graph import Graph
from fastcnn.passes import PassReport
from fastcnn.runtime.cuda import make_cuda_plan
from fastcnn.runtime.profiling import describe
from fastcnn.runtime.session import Session
from fastcnn.runtime.table import Table
from fastcnn.typing import Array


class CudaSession(Session):
    """A graph ready to run on the current CUDA device; otherwise as `Session`.

    Arrays are copied to the device and back at each call. Calls with the same shapes take turns:
    a plan has one arena and one stream.

    Raises:
        UnsupportedError: At the first call with a shape: a node has no kernel on the device.
        OutOfMemoryError: Likewise: the device has not enough memory for the plan.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        precision: str = "float32",
        reports: tuple[PassReport, ...] = (),
        guard: bool = False,
    ) -> None:
        """Takes a graph that no pass has anything left to do on; see `runtime.compile`."""
        self._precision = precision
        super().__init__(graph, threads=1, reports=reports, guard=guard)

    def _make_plan(self, graph: Graph) -> Any:
        return make_cuda_plan(graph, precision=self._precision, guard=self._guard)

    def _check_coverage(self, graph: Graph) -> None:
        """Nothing: a plan names the nodes that no kernel takes."""

    def profile(self, *arrays: Array, runs: int = 50) -> Table:
        """Not there.

        Raises:
            UnsupportedError: Always.
        """
        raise UnsupportedError(
            "profile: sessions on device 'cuda' are not measured; use device 'cpu'"
        )

    def explain(self, *arrays: Array) -> Table:
        """What runs on the device, in which layout and on which kernel.

        Args:
            *arrays: Inputs whose shapes to plan for; batch 1 if none are given.
        """
        inputs = self._arrange(arrays, {}) if arrays else self._random_inputs()
        rows = [
            {
                "node": step["name"],
                "op": step["op"],
                "kernel": step["kernel"],
                "layout": step["layout"],
                "MFLOP": step["flops"] / 1e6,
            }
            for step in self.plan(tuple(array.shape for array in inputs)).steps()
        ]
        return Table(
            f"CUDA plan for {describe(inputs)}",
            rows,
            [str(report) for report in self.reports],
            {"MFLOP": "{:.2f}"},
        )
