"""PyTorch modules, by way of ONNX."""

from __future__ import annotations

import inspect
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastcnn.errors import InvalidValueError, UnsupportedError
from fastcnn.onnx.load import load
from fastcnn.onnx.optional import require

if TYPE_CHECKING:
    from fastcnn.models import Model


def from_torch(module: Any, example: Any, *, name: str | None = None) -> Model:
    """A model of a `torch.nn.Module`, with its weights, as it computes in `eval()` mode.

    The module is exported to ONNX by PyTorch and loaded from there. It takes any number of
    samples; the other extents are those of the example.

    Args:
        module: Left as it is.
        example: What it can be called on: a tensor or array, or a sequence of them for several
            inputs. The first axis counts samples.
        name: Of the model; the module's class if None.

    Raises:
        InvalidValueError: `module` is no module, or it cannot be called on the example.
        UnsupportedError: PyTorch or onnx is not installed, PyTorch cannot export the module, or it
            holds an operator that FastCNN lacks.
    """
    torch = require("torch", "onnx.from_torch", "pip install torch")
    if not isinstance(module, torch.nn.Module):
        raise InvalidValueError(
            f"onnx.from_torch: the module must be a torch.nn.Module, not {type(module).__name__}"
        )
    inputs = _example_inputs(torch, example)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name or type(module).__name__}.onnx"
        modes = {part: part.training for part in module.modules()}
        module.eval()
        try:
            _try_forward(torch, module, inputs)
            _export(torch, module, inputs, path)
        finally:
            for part, training in modes.items():
                part.training = training
        return load(path)


def _example_inputs(torch: Any, example: Any) -> tuple[Any, ...]:
    """The example as tensors of two samples at least: exporters take one for a fixed extent."""
    given = example if isinstance(example, (tuple, list)) else (example,)
    tensors = []
    for item in given:
        tensor = torch.as_tensor(item)
        if tensor.dim() < 1:
            raise InvalidValueError("onnx.from_torch: the example's first axis must count samples")
        tensors.append(torch.cat([tensor, tensor]) if len(tensor) == 1 else tensor)
    return tuple(tensors)


def _try_forward(torch: Any, module: Any, inputs: Sequence[Any]) -> None:
    try:
        with torch.no_grad():
            module(*inputs)
    except Exception as error:  # whatever a module may raise
        shapes = " and ".join(str(tuple(tensor.shape)) for tensor in inputs)
        raise InvalidValueError(
            f"onnx.from_torch: {type(module).__name__} cannot be called on inputs of shape "
            f"{shapes}: {error}"
        ) from error


def _export(torch: Any, module: Any, inputs: tuple[Any, ...], path: Path) -> None:
    """Writes the module by the first of PyTorch's two exporters that can.

    The older one traces: it keeps the names of submodules and leaves batch normalisation alone.
    """
    names = list(inspect.signature(module.forward).parameters)[: len(inputs)]
    batch = {0: "N"}
    ways: dict[str, dict[str, Any]] = {
        "tracing": {
            "dynamo": False,
            "input_names": names,
            "dynamic_axes": dict.fromkeys(names, batch),
            "training": torch.onnx.TrainingMode.PRESERVE,
            "do_constant_folding": False,
        },
        "torch.export": {
            "dynamo": True,
            "dynamic_shapes": tuple(batch for _ in inputs),
            "external_data": False,
            "verbose": False,
        },
    }
    failures = []
    for way, arguments in ways.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                torch.onnx.export(module, inputs, str(path), **arguments)
            return
        except Exception as error:  # each exporter has its own, and packages it may lack
            failures.append(f"{way}: {str(error).strip() or type(error).__name__}")
    raise UnsupportedError(
        f"onnx.from_torch: PyTorch cannot export {type(module).__name__}; " + "; ".join(failures)
    )
