"""Names what is in a picture, by an ONNX network that was trained on ImageNet.

    python examples/classify_onnx.py mobilenet_v2.onnx cat.jpg [--classes names.txt]

Needs fastcnn[images,onnx]. The network takes pictures as [N, 3, H, W], normalised as is usual for
ImageNet, and gives one score a class.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

import fastcnn as fc

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


def prepare(picture: Image.Image, side: int = 224) -> np.ndarray:
    """The middle of a picture, its shorter edge scaled to 8/7 of `side`: [1, 3, side, side]."""
    picture = picture.convert("RGB")
    scale = side * 8 / 7 / min(picture.size)
    width, height = (round(scale * extent) for extent in picture.size)
    picture = picture.resize((width, height), Image.Resampling.BILINEAR)
    left, top = (width - side) // 2, (height - side) // 2
    pixels = np.asarray(picture.crop((left, top, left + side, top + side)), np.float32) / 255
    return np.ascontiguousarray(((pixels - MEAN) / DEVIATION).transpose(2, 0, 1)[None])


def softmax(scores: np.ndarray) -> np.ndarray:
    """Probabilities from scores."""
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def main() -> None:
    """Prints the five likeliest classes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--classes", type=Path, help="names of the classes, one a line")
    options = parser.parse_args()

    session = fc.compile(fc.onnx.load(options.model))
    with Image.open(options.picture) as picture:
        scores = session(prepare(picture))[0]

    names = options.classes.read_text().splitlines() if options.classes else range(len(scores))
    probabilities = softmax(scores)
    for index in np.argsort(-scores)[:5]:
        print(f"{probabilities[index]:6.1%}  {names[index]}")


if __name__ == "__main__":
    main()
