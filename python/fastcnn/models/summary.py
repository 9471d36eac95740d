"""A model as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastcnn.models.save import file_size
from fastcnn.runtime.table import Table

if TYPE_CHECKING:
    from fastcnn.models.model import Model


def summary_table(model: Model) -> Table:
    """One row a layer, the totals, and what compression changed."""
    rows: list[dict[str, Any]] = [
        {
            "layer": layer.name,
            "kind": layer.kind,
            "output shape": _shape(layer.output_shape),
            "parameters": layer.count_params(),
            "non-zeros": layer.count_nonzeros(),
            "MACs": layer.macs(),
        }
        for layer in model.layers
    ]
    parameters = model.graph.parameters.values()
    macs = [row["MACs"] for row in rows]
    rows.append(
        {
            "layer": "total",
            "kind": "",
            "output shape": "",
            "parameters": model.count_params(),
            "non-zeros": sum(layer.count_nonzeros() for layer in model.layers),
            "MACs": None if None in macs else sum(macs),
        }
    )
    trainable = sum(
        value.data.size for value in parameters if value.is_trainable and value.data is not None
    )
    footer = [f"trainable {trainable:,}; file {file_size(model):,} bytes"]
    for record in model.records:
        footer.append(f"{record.kind}: {record.text}")
        footer += _changes(record.details)
    inputs = ", ".join(f"{value.name} {_shape(value.shape)}" for value in model.graph.inputs)
    counts = dict.fromkeys(("parameters", "non-zeros", "MACs"), "{:,}")
    return Table(f"{model.name}: {inputs}", rows, footer, counts)


def _changes(details: Any) -> list[str]:
    """As `  accuracy: 0.991 -> 0.989`, for every figure known before and after."""
    before, after = details.get("before"), details.get("after")
    if not isinstance(before, dict) or not isinstance(after, dict):
        return []
    return [
        f"  {name}: {_figure(value)} -> {_figure(after[name])}"
        for name, value in before.items()
        if isinstance(value, (int, float)) and isinstance(after.get(name), (int, float))
    ]


def _figure(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def _shape(shape: tuple[int | None, ...]) -> str:
    return "(" + ", ".join("None" if extent is None else str(extent) for extent in shape) + ")"
