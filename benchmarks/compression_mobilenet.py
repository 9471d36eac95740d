"""MobileNetV2 with half of its weights, without labels and without training.

    python benchmarks/compression_mobilenet.py mobilenet_v2.onnx --folder FOLDER --cifar ARCHIVE

Optimal brain compression, calibrated on 512 images, beside magnitude pruning: how often the pruned
network names the same class as the whole one. Half of the images are random crops of photographs,
the samples that come with scikit-image and scikit-learn, 19 in all, of which every fourth is left
out; half are pictures of CIFAR-10 (JPEG), enlarged, since 15 photographs show too little of what a
network knows; without ARCHIVE (see examples/train_cifar_resnet20.py) all are crops. It is asked on
images that were not calibrated on: other crops of those photographs, crops of those left out, other
pictures. The network takes them as [N, 3, 224, 224], normalised as is usual for ImageNet.

Needs fastcnn[images,onnx], scikit-image and scikit-learn. Finished rows are kept in FOLDER.
"""

from __future__ import annotations

import argparse
import io
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
from classify_onnx import DEVIATION, MEAN
from obc_onnx import random_crops, read_pictures, winners

MORE = ("hubble_deep_field", "retina", "immunohistochemistry", "stereo_motorcycle")
HELD_OUT = {
    "seen": "other crops",
    "unseen": "other photographs",
    "pictures": "other pictures",
}
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


def enlarged(archive: Path, count: int, rng: np.random.Generator, side: int = 224) -> np.ndarray:
    """Random pictures of CIFAR-10, all of them different, as [count, 3, side, side]."""
    found = np.empty((count, 3, side, side), np.float32)
    with np.load(archive, allow_pickle=False) as file:
        data, ends = file["train_jpeg"].tobytes(), file["train_end"]
    starts = np.concatenate([[0], ends[:-1]])
    for pixels, i in zip(found, rng.choice(len(ends), count, replace=False), strict=True):
        picture = Image.open(io.BytesIO(data[starts[i] : ends[i]])).convert("RGB")
        larger = np.asarray(picture.resize((side, side), Image.Resampling.BICUBIC), np.float32)
        pixels[...] = ((larger / 255 - MEAN) / DEVIATION).transpose(2, 0, 1)
    return found


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


def make(
    model: fc.models.Model, how: dict[str, Any], path: Path, options: Any, calibration: np.ndarray
) -> Cell:
    """Prunes, and keeps the result."""
    pruned = prune(model, how, options, calibration)
    pruned.save(path)
    data = [kernel.data for kernel in find_kernels(pruned.graph)]
    return {"zeros": sum(int((one == 0).sum()) for one in data) / sum(one.size for one in data)}


def compare(model: fc.models.Model, path: Path, held_out: dict[str, np.ndarray]) -> Cell:
    """How often answers stay."""
    pruned = fc.models.load_model(path)
    return {
        name: float((winners(pruned, crops) == winners(model, crops)).mean())
        for name, crops in held_out.items()
    }


def table(cells: Cells, sparsity: float) -> str:
    """One line a way."""
    rows = []
    for title in ROWS:
        key = {"row": title, "sparsity": sparsity}
        made, asked = cells.find(**key, what="made"), cells.find(**key, what="asked")
        if made is not None and asked is not None:
            shares = [made["zeros"], *(asked.get(name, float("nan")) for name in HELD_OUT)]
            rows.append([title, *(f"{100 * one:.1f}" for one in shares), f"{made['seconds']:.0f}"])
    same = [f"same answer, {title}, %" for title in HELD_OUT.values()]
    return markdown(["", "zeros, %", *same, "seconds"], rows)


def main() -> None:
    """Runs what is missing and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--folder", type=Path, required=True, help="for finished rows")
    parser.add_argument("--cifar", type=Path, metavar="ARCHIVE", help="pictures beside photographs")
    parser.add_argument("--sparsity", type=float, default=0.5)
    parser.add_argument("--calibration", type=int, default=512, help="images to calibrate on")
    parser.add_argument("--held-out", type=int, default=512, help="images to compare on, each kind")
    parser.add_argument("--seed", type=int, default=0, help="of the images")
    parser.add_argument("--rows", type=int, default=len(ROWS), help="how many, from the first")
    parser.add_argument("--quick", action="store_true", help="few crops and layers, as a test")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.quick:
        options.calibration = options.held_out = 32
    rng = np.random.default_rng(options.seed)
    pictures = photographs()
    unseen, seen = pictures[3::4], [p for i, p in enumerate(pictures) if i % 4 != 3]
    crops = options.calibration // 2 if options.cifar else options.calibration
    calibration = random_crops(seen, crops, rng)
    held_out = {
        "seen": random_crops(seen, options.held_out, rng),
        "unseen": random_crops(unseen, options.held_out, rng),
    }
    if options.cifar:
        others = options.calibration - crops
        pictures_of = enlarged(options.cifar, others + options.held_out, rng)
        calibration = np.concatenate([calibration, pictures_of[:others]])
        held_out["pictures"] = pictures_of[others:]
    model = load(options.model)
    cells = Cells(options.folder / "mobilenet.jsonl")
    for number, (title, how) in enumerate(list(ROWS.items())[: options.rows]):
        path = options.folder / f"mobilenet_{number}_{options.sparsity:g}.fcnn"
        key = {"row": title, "sparsity": options.sparsity}
        cells.run(partial(make, model, how, path, options, calibration), **key, what="made")
        cells.run(partial(compare, model, path, held_out), **key, what="asked")
    print(table(cells, options.sparsity))


if __name__ == "__main__":
    main()
