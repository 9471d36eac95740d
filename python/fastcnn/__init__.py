"""FastCNN: convolutional networks made small and fast, and the proof of it.

Example:
    >>> import fastcnn as fc
    >>> model = fc.models.load_model("mnist.fcnn")
    >>> small = fc.compress.prune(model, sparsity=0.5, structure="channel")
    >>> session = fc.compile(small)
    >>> y = session(x)
"""

from importlib.metadata import PackageNotFoundError as _NotInstalled
from importlib.metadata import version as _version

from fastcnn import augment as augment
from fastcnn import compress as compress
from fastcnn import datasets as datasets
from fastcnn import errors as errors
from fastcnn import layers as layers
from fastcnn import models as models
from fastcnn import onnx as onnx
from fastcnn import train as train
from fastcnn.random import set_random_seed as set_random_seed
from fastcnn.runtime import Session as Session
from fastcnn.runtime import compile as compile
from fastcnn.runtime import cpu_info as cpu_info
from fastcnn.runtime import get_num_threads as get_num_threads
from fastcnn.runtime import set_num_threads as set_num_threads
from fastcnn.train import callbacks as callbacks
from fastcnn.train import losses as losses
from fastcnn.train import metrics as metrics
from fastcnn.train import optimizers as optimizers
from fastcnn.train import regularizers as regularizers
from fastcnn.train import schedules as schedules

try:
    __version__ = _version("fastcnn")
except _NotInstalled:
    __version__ = "0+unknown"
