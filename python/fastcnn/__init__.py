"""FastCNN: convolutional networks made small and fast, and the proof of it.

Example:
    >>> import fastcnn as fc
    >>> model = fc.models.load_model("mnist.fcnn")
    >>> small = fc.compress.prune(model, sparsity=0.5, structure="channel")
    >>> session = fc.compile(small)
    >>> y = session(x)
"""

from typing import TYPE_CHECKING

from fastcnn.lazy import lazy_names as _lazy_names

if TYPE_CHECKING:
    from fastcnn import augment as augment
    from fastcnn import bench as bench
    from fastcnn import compress as compress
    from fastcnn import datasets as datasets
    from fastcnn import errors as errors
    from fastcnn import graph as graph
    from fastcnn import layers as layers
    from fastcnn import models as models
    from fastcnn import onnx as onnx
    from fastcnn import ops as ops
    from fastcnn import passes as passes
    from fastcnn import random as random
    from fastcnn import report as report
    from fastcnn import runtime as runtime
    from fastcnn import train as train
    from fastcnn import typing as typing
    from fastcnn.random import set_random_seed as set_random_seed
    from fastcnn.runtime import Session as Session
    from fastcnn.runtime import cpu_info as cpu_info
    from fastcnn.runtime import get_num_threads as get_num_threads
    from fastcnn.runtime import set_num_threads as set_num_threads
    from fastcnn.runtime.compile import compile as compile
    from fastcnn.train import callbacks as callbacks
    from fastcnn.train import losses as losses
    from fastcnn.train import metrics as metrics
    from fastcnn.train import optimizers as optimizers
    from fastcnn.train import regularizers as regularizers
    from fastcnn.train import schedules as schedules
    from fastcnn.version import __version__ as __version__

_HOMES = {
    "fastcnn": (
        "augment",
        "bench",
        "compress",
        "datasets",
        "errors",
        "graph",
        "layers",
        "models",
        "onnx",
        "ops",
        "passes",
        "random",
        "report",
        "runtime",
        "train",
        "typing",
    ),
    "fastcnn.random": ("set_random_seed",),
    "fastcnn.runtime": ("Session", "cpu_info", "get_num_threads", "set_num_threads"),
    "fastcnn.runtime.compile": ("compile",),
    "fastcnn.train": (
        "callbacks",
        "losses",
        "metrics",
        "optimizers",
        "regularizers",
        "schedules",
    ),
    "fastcnn.version": ("__version__",),
}

__getattr__, __dir__ = _lazy_names(__name__, _HOMES)
