"""A made-up comparison of the size of a real one."""

from __future__ import annotations

from dataclasses import replace

from fastcnn.report import Curve, Entry, Layer, Report

LAYERS = (
    Layer("conv2d", "Conv2D", "26 x 26 x 32", 320, 320, 194_688),
    Layer("max_pooling2d", "MaxPooling2D", "13 x 13 x 32", 0, 0, 0),
    Layer("conv2d_1", "Conv2D", "11 x 11 x 64", 18_496, 18_496, 2_230_272),
    Layer("max_pooling2d_1", "MaxPooling2D", "5 x 5 x 64", 0, 0, 0),
    Layer("conv2d_2", "Conv2D", "3 x 3 x 64", 36_928, 36_928, 331_776),
    Layer("flatten", "Flatten", "576", 0, 0, 0),
    Layer("dense", "Dense", "64", 36_928, 36_928, 36_864),
    Layer("dense_1", "Dense", "10", 650, 650, 640),
)

ORIGINAL = Entry(
    name="original",
    how="Trained for 5 epochs",
    accuracy=0.9921,
    parameters=93_322,
    nonzeros=93_322,
    macs=2_794_240,
    bytes_on_disk=376_240,
    latency_ms=0.212,
    throughput=21_480,
    layers=LAYERS,
    curve=Curve(
        (1, 2, 3, 4, 5), (0.978, 0.986, 0.9889, 0.9905, 0.9912), (0.21, 0.052, 0.034, 0.021, 0.014)
    ),
)


def masked(layers: tuple[Layer, ...], density: float) -> tuple[Layer, ...]:
    """The layers with a share of their weights left."""
    return tuple(replace(layer, nonzeros=int(density * layer.nonzeros)) for layer in layers)


def narrowed(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """The layers with about half their channels."""
    return tuple(
        replace(
            layer,
            parameters=layer.parameters // 4,
            nonzeros=layer.nonzeros // 4,
            macs=layer.macs // 4,
        )
        for layer in layers
    )


REPORT = Report(
    title="MNIST: one CNN, six ways to make it smaller",
    subtitle="The example network trained on 55,000 images, compressed and tested again.",
    command="fastcnn tour --output fastcnn-tour",
    machine=(("CPU", "a </script> test"), ("Threads", "2"), ("Python", "3.11.2")),
    entries=(
        ORIGINAL,
        replace(
            ORIGINAL,
            name="weights pruned 90%",
            how="The smallest 90% of the weights set to zero, 2 epochs of fine-tuning",
            accuracy=0.9903,
            nonzeros=9_602,
            bytes_on_disk=52_300,
            latency_ms=0.214,
            throughput=21_390,
            layers=masked(LAYERS, 0.1),
            removed=("83,720 of 93,024 weights are zero, chosen over all layers by magnitude.",),
            curve=Curve((5, 6, 7), (0.83, 0.988, 0.9895), (None, 0.031, 0.024)),
        ),
        replace(
            ORIGINAL,
            name="channels pruned 50%",
            how="Half of the neurons of every layer removed, 2 epochs of fine-tuning",
            accuracy=0.9899,
            parameters=23_754,
            nonzeros=23_754,
            macs=761_024,
            bytes_on_disk=97_800,
            latency_ms=0.108,
            throughput=51_900,
            layers=narrowed(LAYERS),
            removed=("16 of 32 channels of conv2d.", "32 of 64 channels of conv2d_1."),
            curve=Curve((5, 6, 7), (0.41, 0.9852, 0.9881), (None, 0.062, 0.037)),
        ),
        replace(
            ORIGINAL,
            name="one layer cut",
            how="The least important layer removed, 2 epochs of fine-tuning",
            accuracy=0.9912,
            parameters=56_394,
            nonzeros=56_394,
            macs=2_462_464,
            bytes_on_disk=227_400,
            latency_ms=0.188,
            throughput=24_800,
            layers=LAYERS[:4] + LAYERS[5:],
            removed=("conv2d_2: the validation loss rose least without it.",),
            curve=Curve((5, 6, 7), (0.62, 0.9889, 0.9903), (None, 0.03, 0.019)),
        ),
        replace(
            ORIGINAL,
            name="fused, exact",
            how="Three models in one, outputs averaged",
            accuracy=0.9934,
            parameters=279_966,
            nonzeros=279_966,
            macs=8_382_720,
            bytes_on_disk=1_122_000,
            latency_ms=0.641,
            throughput=7_010,
            curve=None,
        ),
        replace(
            ORIGINAL,
            name="fused, compact",
            how="Three models matched neuron by neuron and merged, 2 epochs of fine-tuning",
            accuracy=0.9918,
            latency_ms=0.211,
            throughput=21_500,
            curve=Curve((5, 6, 7), (0.71, 0.9893, 0.9906), (None, 0.028, 0.018)),
        ),
    ),
    notes=(
        "Zeros scattered over the weights make the file smaller, and a layer faster where a kernel "
        "skips them.",
    ),
)
