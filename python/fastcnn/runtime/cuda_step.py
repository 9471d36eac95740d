"""Training steps on a CUDA device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastcnn.errors import UnsupportedError
from fastcnn.graph import Graph
from fastcnn.runtime.cuda import cuda_module, make_cuda_plan
from fastcnn.runtime.step import Step
from fastcnn.runtime.table import Table
from fastcnn.typing import Array


class DeviceArrays(Mapping[str, Array]):
    """Arrays that live on the device between runs.

    Looking at one copies all of them here. Since whoever looks may write, they are copied back
    before the next run. An array that was looked at before a run is up to date again when the next
    one is looked at.

    Args:
        arrays: The arrays here, by name.
        state: The `State` of the CUDA module that holds them there.
    """

    def __init__(self, arrays: Mapping[str, Array], state: Any) -> None:
        self.arrays = arrays
        self._state = state
        self._here = True

    def __getitem__(self, name: str) -> Array:
        """The array, as the last run left it."""
        if not self._here:
            self._state.download()
            self._here = True
        return self.arrays[name]

    def __iter__(self) -> Iterator[str]:
        """Names."""
        return iter(self.arrays)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.arrays)

    def __contains__(self, name: object) -> bool:
        """Whether there is one of that name."""
        return name in self.arrays

    def leave(self) -> None:
        """Hands them over to the device, to a run."""
        if self._here:
            self._state.upload()
            self._here = False


class CudaStep(Step):
    """A graph with updates on the current CUDA device; otherwise as `Step`.

    Parameters stay on the device from run to run and are copied here when `state` is looked at.

    Args:
        graph: The training step.
        precision: What products round their factors to.
        memory_limit: As that of `Step`, of device memory.
        guard: Gives every tensor memory of its own, for tests.

    Raises:
        UnsupportedError: This build has no CUDA module; or, at the first run with a shape: a node
            has no kernel on the device.
        OutOfMemoryError: At the first run with a shape: the device has not enough memory.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        precision: str = "float32",
        memory_limit: int | None = None,
        guard: bool = False,
    ) -> None:
        """Copies the state; compiles nothing yet."""
        self._precision = precision
        super().__init__(graph, threads=1, memory_limit=memory_limit, guard=guard)
        self._device_state = cuda_module().State()
        self._arrays = DeviceArrays(self.state, self._device_state)
        self.state = self._arrays

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        """Runs the step once and updates the state on the device; see `Step.run`."""
        inputs = self._arrange(feeds)
        self.plan(tuple(array.shape for array in inputs))  # the device knows all arrays then
        self._arrays.leave()
        return super().run(feeds)

    def profile(self, feeds: Mapping[str, Array], *, runs: int = 10) -> Table:
        """Not there.

        Raises:
            UnsupportedError: Always.
        """
        raise UnsupportedError("profile: steps on device 'cuda' are not measured; use device 'cpu'")

    def _check_coverage(self, graph: Graph) -> None:
        """Nothing: a plan names the nodes that no kernel takes."""

    def _make_plan(self, graph: Graph) -> Any:
        return make_cuda_plan(
            graph,
            arrays=self._arrays.arrays,
            state=self._device_state,
            precision=self._precision,
            guard=self._guard,
        )
