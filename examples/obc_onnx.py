"""Halves the weights of an ONNX network without labels and without training.

    python examples/obc_onnx.py mobilenet_v2.onnx pruned.onnx [--images FOLDER] [--sparsity 0.5]

Optimal brain compression, calibrated on random crops of photographs, beside magnitude pruning at
the same sparsity: how often each pruned network names the same class as the whole one, on other
crops of the same photographs, and on crops of photographs that were never calibrated on (every
fourth is left for that). Needs fastcnn[images,onnx], and scikit-image for its sample photographs
where no folder of images is given. The network takes pictures as [N, 3, H, W], normalised as is
usual for ImageNet.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from classify_onnx import DEVIATION, MEAN
from PIL import Image

import fastcnn as fc
from fastcnn import compress

SAMPLES = (
    "astronaut", "brick", "camera", "cat", "clock", "coffee", "coins", "grass", "gravel", "moon",
    "page", "rocket", "text",
)  # fmt: skip
"""Photographs that come with scikit-image itself."""


def read_pictures(folder: Path | None) -> list[Image.Image]:
    """The images of a folder, or the sample photographs."""
    if folder is not None:
        return [Image.open(path).convert("RGB") for path in sorted(folder.iterdir())]
    from skimage import data

    return [Image.fromarray(getattr(data, name)()).convert("RGB") for name in SAMPLES]


def random_crops(
    pictures: list[Image.Image], count: int, rng: np.random.Generator, side: int = 224
) -> np.ndarray:
    """Squares of 40% to 100% of the shorter edge, half of them mirrored: [count, 3, side, side]."""
    crops = np.empty((count, 3, side, side), np.float32)
    for index in range(count):
        picture = pictures[index % len(pictures)]
        edge = int(min(picture.size) * rng.uniform(0.4, 1))
        left, top = (int(rng.integers(0, extent - edge + 1)) for extent in picture.size)
        square = picture.resize(
            (side, side), Image.Resampling.BILINEAR, (left, top, left + edge, top + edge)
        )
        pixels = (np.asarray(square, np.float32) / 255 - MEAN) / DEVIATION
        crops[index] = (pixels[:, ::-1] if rng.random() < 0.5 else pixels).transpose(2, 0, 1)
    return crops


def winners(model: fc.models.Model, crops: np.ndarray) -> np.ndarray:
    """The class that each crop is given."""
    return model.predict(crops, batch_size=32).argmax(1)


def main() -> None:
    """Prunes, compares and saves."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--images", type=Path, help="a folder of images; sample photographs if not")
    parser.add_argument("--sparsity", type=float, default=0.5)
    parser.add_argument("--calibration", type=int, default=512, help="crops to calibrate on")
    parser.add_argument(
        "--held-out", type=int, default=512, help="crops to compare on, of each kind"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the crops")
    options = parser.parse_args()

    rng = np.random.default_rng(options.seed)
    pictures = read_pictures(options.images)
    unseen, seen = pictures[3::4], [p for i, p in enumerate(pictures) if i % 4 != 3]
    calibration = random_crops(seen, options.calibration, rng)
    held_out = {
        f"other crops of {len(seen)} photographs": random_crops(seen, options.held_out, rng),
        f"crops of {len(unseen)} others": random_crops(unseen, options.held_out, rng),
    }
    (image,) = fc.onnx.load(options.model).graph.inputs
    model = fc.onnx.load(options.model, shapes={image.name: (None, *image.shape[1:])})
    answers = {name: winners(model, crops) for name, crops in held_out.items()}

    print("answers that stay on " + ", ".join(held_out))
    for title, how in (
        ("magnitude, whole model", {"criterion": "magnitude", "scope": "global"}),
        ("magnitude, layer by layer", {"criterion": "magnitude", "scope": "layer"}),
        ("optimal brain compression", {"criterion": "obc", "data": calibration}),
    ):
        start = time.perf_counter()
        pruned = compress.prune(model, sparsity=options.sparsity, **how)
        seconds = time.perf_counter() - start
        agreement = [(winners(pruned, held_out[name]) == answers[name]).mean() for name in answers]
        shares = " ".join(f"{share:6.1%}" for share in agreement)
        print(f"{shares}  {title} ({seconds:.0f} s)", flush=True)
    fc.onnx.save(pruned, options.output)


if __name__ == "__main__":
    main()
