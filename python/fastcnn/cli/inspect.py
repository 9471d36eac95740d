"""`fastcnn inspect`: what a model is made of."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click
from rich.text import Text

from fastcnn import runtime
from fastcnn.bench import shapes_of, write_shapes
from fastcnn.cli import options
from fastcnn.cli.frame import command
from fastcnn.cli.networks import open_model
from fastcnn.cli.output import Output
from fastcnn.ops.statistics import statistics
from fastcnn.report.collect import layers_of
from fastcnn.report.format import count, size
from fastcnn.runtime import Table


@command("inspect")
@options.MODEL
@click.option("--shapes", is_flag=True, help="Write the layers as a file for `fastcnn kernels`.")
@options.threads
def inspect(output: Output, model: Path, shapes: bool) -> None:
    """Show layers, shapes, costs and kernels."""
    network = open_model(model)
    if shapes:
        found = shapes_of(network.graph)
        text = write_shapes(f"The layers of {model.stem} for one image.", found)
        output.answer(
            {"shapes": [{"shape": str(shape), "times": times} for shape, times in found]},
            Text(text, no_wrap=True, overflow="ignore", end=""),
        )
        return
    layers, cost = layers_of(network.graph), statistics(network.graph)
    session = runtime.compile(network)
    plan = session.explain()
    operators = Counter(node.op for node in session.graph.nodes)
    records = [record.text for record in network.records]
    disk = model.stat().st_size
    output.answer(
        {
            "model": model,
            "inputs": [str(value.type) for value in network.graph.inputs],
            "outputs": [str(value.type) for value in network.graph.outputs],
            "layers": layers,
            "parameters": cost.parameters,
            "nonzeros": cost.nonzeros,
            "macs": cost.macs,
            "bytes_on_disk": disk,
            "operators": dict(operators),
            "plan": plan.rows,
            "records": records,
        },
        Table(
            f"{model}: {', '.join(map(repr, network.graph.inputs))}",
            [asdict(layer) for layer in layers],
            [
                f"{count(cost.parameters)} parameters, {count(cost.nonzeros)} not zero; "
                f"{count(cost.macs)} MACs an image; {size(disk)} on disk",
                *records,
            ],
            dict.fromkeys(("parameters", "nonzeros", "macs"), "{:,}"),
        ),
        plan,
        f"operators: {', '.join(f'{n} {op}' for op, n in operators.items())}; "
        "every one has a kernel for this CPU",
    )
