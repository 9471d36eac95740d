"""Inference sessions on a CUDA device."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph
from fastcnn.passes import PassReport
from fastcnn.runtime.choices import shared_on_cuda
from fastcnn.runtime.cuda import cuda_module, device_info, emulated, make_cuda_plan
from fastcnn.runtime.cupy_arrays import as_cupy
from fastcnn.runtime.device_arrays import borrowed, lies_on_device
from fastcnn.runtime.profiling import describe
from fastcnn.runtime.session import Session
from fastcnn.runtime.streams import stream_number
from fastcnn.runtime.table import Table
from fastcnn.typing import Array


class CudaSession(Session):
    """A graph ready to run on the current CUDA device; otherwise as `Session`.

    NumPy arrays are copied to the device and back. Arrays on the device are read where they lie,
    and results are arrays on the device. Calls with the same shapes take turns: a plan has one
    arena.

    Raises:
        UnsupportedError: At the first call with a shape: a node has no kernel on the device.
        OutOfMemoryError: Likewise: the device has not enough memory for the plan.
        DeviceError: The device failed.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        precision: str = "float32",
        reports: tuple[PassReport, ...] = (),
        guard: bool = False,
        measure: bool = False,
    ) -> None:
        """Takes a graph that no pass has anything left to do on; see `runtime.compile`."""
        self._precision = precision
        super().__init__(graph, threads=1, reports=reports, guard=guard)
        self._choices = shared_on_cuda(cuda_module()) if measure else None
        self._own_stream: Any = None
        self._in_flight: deque[tuple[Any, list[Any]]] = deque()

    def __call__(self, *arrays: Any, out: Any = None, stream: Any = None, **named: Any) -> Any:
        """Runs the graph; see `Session.__call__`.

        Args:
            *arrays: NumPy arrays, or arrays on the device: anything with
                `__cuda_array_interface__` or `__dlpack__`. Not both in one call.
            out: Where the results go: arrays of the kind of the inputs.
            stream: For arrays on the device, the stream to run in: a number (1 the legacy default
                stream, 2 that of the thread) or a stream of CuPy or PyTorch. The call puts its work
                there and returns. If None it runs in a stream of its own and waits.
            **named: Inputs by name.

        Returns:
            NumPy arrays for NumPy arrays, else arrays on the device: those of CuPy where that is
            installed. One, or a dict by name where the graph has several outputs.
        """
        given = self._in_order(arrays, named)
        targets = None if out is None else self._targets(out)
        sides = {lies_on_device(array) for array in [*given, *(targets or ())]}
        if sides == {True}:
            return self._run_on_device(given, targets, stream)
        if sides == {True, False}:
            raise InvalidValueError(
                f"session: some arrays are on the device ({self._sides(given, targets)}), others "
                "not; give all of one kind: runtime.to_device() copies there, numpy() back"
            )
        if stream is not None:
            raise InvalidValueError(
                "session: stream= is for arrays on the device, and NumPy arrays were given"
            )
        return super().__call__(*arrays, out=out, **named)

    def _sides(self, given: list[Any], targets: list[Any] | None) -> str:
        values = [*self.graph.inputs, *self.graph.outputs]
        arrays = [*given, *(targets or ())]
        return ", ".join(
            f"'{value.name}'"
            for value, array in zip(values, arrays, strict=False)
            if lies_on_device(array)
        )

    def _run_on_device(self, given: list[Any], targets: list[Any] | None, stream: Any) -> Any:
        number = self._stream() if stream is None else stream_number(stream)
        inputs = [borrowed(array, number) for array in given]
        outputs = None if targets is None else [borrowed(array, number) for array in targets]
        plan: Any = self.plan(tuple(x.array.shape for x in inputs))
        used = [*inputs, *(outputs or ())]
        results = plan.run_in(
            stream=number,
            before=[x.stream for x in used if x.stream is not None],
            inputs=[x.array for x in inputs],
            outputs=None if outputs is None else [x.array for x in outputs],
            wait=stream is None,
        )
        if stream is not None:
            self._keep(number, used)
        if targets is not None:
            return self._named(targets)
        return self._named(results if emulated() else [as_cupy(y) for y in results])

    def _stream(self) -> int:
        with self._lock:
            if self._own_stream is None:
                self._own_stream = cuda_module().Stream()
        return int(self._own_stream.ptr)

    def _keep(self, stream: int, arrays: list[Any]) -> None:
        """Keeps what a run in the caller's stream reads and writes until a call finds it done."""
        self._in_flight.append((cuda_module().Event(stream), arrays))
        with self._lock:
            while self._in_flight and self._in_flight[0][0].reached():
                self._in_flight.popleft()

    def _make_plan(self, graph: Graph) -> Any:
        table = self._choices.table if self._choices else None
        plan = make_cuda_plan(graph, precision=self._precision, guard=self._guard, choices=table)
        if self._choices:
            self._choices.save()
        return plan

    def _check_coverage(self, graph: Graph) -> None:
        """Nothing: a plan names the nodes that no kernel takes."""

    def profile(self, *arrays: Array, runs: int = 50) -> Table:
        """Time of each step, between events of the device.

        Args:
            *arrays: NumPy arrays to measure on; random ones of batch 1 if none are given.
            runs: Runs to take the median of.
        """
        inputs = self._arrange(arrays, {}) if arrays else self._random_inputs()
        plan = self.plan(tuple(array.shape for array in inputs))
        plan.profile(inputs)
        medians = np.median([plan.profile(inputs) for _ in range(runs)], axis=0)
        total = float(medians.sum())
        rows = [
            {
                "node": step["name"],
                "op": step["op"],
                "kernel": step["kernel"],
                "layout": step["layout"],
                "MFLOP": step["flops"] / 1e6,
                "ms": float(ms),
                "% of time": 100 * float(ms) / total if total else None,
            }
            for step, ms in zip(plan.steps(), medians, strict=True)
        ]
        return Table(
            f"Profile of {describe(inputs)} on {device_info()['name']}",
            rows,
            [f"total {total:.4f} ms on the device, without copies; each step launched by itself"],
            {"ms": "{:.4f}", "MFLOP": "{:.2f}", "% of time": "{:.1f}"},
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
                "why": step["why"] or None,
            }
            for step in self.plan(tuple(array.shape for array in inputs)).steps()
        ]
        return Table(
            f"CUDA plan for {describe(inputs)}",
            rows,
            [str(report) for report in self.reports],
            {"MFLOP": "{:.2f}"},
        )
