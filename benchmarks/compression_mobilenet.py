"""MobileNetV2 with half of its weights, without labels and without training.

    python benchmarks/compression_mobilenet.py mobilenet_v2.onnx --folder FOLDER

Optimal brain compression, calibrated on 512 random crops of photographs, beside magnitude pruning:
how often the pruned network names the same class as the whole one. It is asked on crops that were
not calibrated on: others of the same photographs, and those of photographs that were left out,
every fourth. The photographs are the samples that come with scikit-image and scikit-learn, 19 in
all: too few for a claim about accuracy, enough to see what moves the answers. The network takes
pictures as [N, 3, 224, 224], normalised as is usual for ImageNet.

Needs fastcnn[images,onnx], scikit-image and scikit-learn. Finished rows are kept in FOLDER.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from cells import Cell, Cells, markdown
from PIL import Image

import fastcnn as fc
from fastcnn import compress
from fastcnn.compress.prune.kernel import find_kernels

sys.path.append(str(Path(__file__).parents[1] / "examples"))
from obc_onnx import random_crops, read_pictures, winners

MORE = ("hubble_deep_field", "retina", "immunohistochemistry", "stereo_motorcycle")
ROWS = {
    "magnitude, whole network": {"criterion": "magnitude", "scope": "global"},
    "magnitude, each layer": {"criterion": "magnitude", "scope": "layer"},
    "optimal brain compression, each layer": {"criterion": "obc", "scope": "layer"},
    "optimal brain compression, whole network": {"criterion": "obc", "scope": "global"},
}


def photographs() -> list[Image.Image]:
    """All samples."""
    from skimage import data
    from sklearn.datasets import load_sample_images

    found = [getattr(data, name)() for name in MORE]
    arrays = [one[0] if isinstance(one, tuple) else one for one in found]
    arrays += load_sample_images().images
    return [*read_pictures(None), *(Image.fromarray(array).convert("RGB") for array in arrays)]


def load(path: Path) -> fc.models.Model:
    """The network, for any batch."""
    (image,) = fc.onnx.load(path).graph.inputs
    return fc.onnx.load(path, shapes={image.name: (None, *image.shape[1:])})


def prune(
    model: fc.models.Model, how: dict[str, Any], options: Any, calibration: np.ndarray
) -> fc.models.Model:
    """The network with a share of its weights; in a quick test of its first layers alone."""
    layers = [kernel.layer for kernel in find_kernels(model.graph)]
    kept = layers[10:] if options.quick else []
    data = {"data": calibration} if how["criterion"] == "obc" else {}
    return compress.prune(
        model, sparsity=options.sparsity, exclude=kept, samples=options.calibration, **how, **data
    )


def compare(
    model: fc.models.Model,
    how: dict[str, Any],
    options: Any,
    calibration: np.ndarray,
    held_out: dict[str, np.ndarray],
) -> Cell:
    """How often answers stay."""
    pruned = prune(model, how, options, calibration)
    data = [kernel.data for kernel in find_kernels(pruned.graph)]
    zeros = sum(int((array == 0).sum()) for array in data) / sum(array.size for array in data)
    agreement = {
        name: float((winners(pruned, crops) == winners(model, crops)).mean())
        for name, crops in held_out.items()
    }
    return {"zeros": zeros, **agreement}


def table(cells: Cells, sparsity: float) -> str:
    """One line a way."""
    rows = []
    for title in ROWS:
        found = cells.find(row=title, sparsity=sparsity)
        if found is not None:
            shares = (f"{100 * found[name]:.1f}" for name in ("zeros", "seen", "unseen"))
            rows.append([title, *shares, f"{found['seconds']:.0f}"])
    header = ["", "zeros, %", "same answer, other crops, %", "other photographs, %", "seconds"]
    return markdown(header, rows)


def main() -> None:
    """Runs what is missing and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--folder", type=Path, required=True, help="for finished rows")
    parser.add_argument("--sparsity", type=float, default=0.5)
    parser.add_argument("--calibration", type=int, default=512, help="crops to calibrate on")
    parser.add_argument("--held-out", type=int, default=1024, help="crops to compare on, each kind")
    parser.add_argument("--seed", type=int, default=0, help="of the crops")
    parser.add_argument("--rows", type=int, default=len(ROWS), help="how many, from the first")
    parser.add_argument("--quick", action="store_true", help="few crops and layers, as a test")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.quick:
        options.calibration = options.held_out = 32
    rng = np.random.default_rng(options.seed)
    pictures = photographs()
    unseen, seen = pictures[3::4], [p for i, p in enumerate(pictures) if i % 4 != 3]
    calibration = random_crops(seen, options.calibration, rng)
    held_out = {
        "seen": random_crops(seen, options.held_out, rng),
        "unseen": random_crops(unseen, options.held_out, rng),
    }
    model = load(options.model)
    cells = Cells(options.folder / "mobilenet.jsonl")
    for title, how in list(ROWS.items())[: options.rows]:
        work = partial(compare, model, how, options, calibration, held_out)
        cells.run(work, row=title, sparsity=options.sparsity)
    print(table(cells, options.sparsity))


if __name__ == "__main__":
    main()
