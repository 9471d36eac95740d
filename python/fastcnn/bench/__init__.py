"""Measurements: functions taken in turn, runtimes side by side, every kernel alone."""

from fastcnn.bench.contest import Contest as Contest
from fastcnn.bench.contest import Entry as Entry
from fastcnn.bench.contest import compete as compete
from fastcnn.bench.kernels import KernelTiming as KernelTiming
from fastcnn.bench.kernels import measure_kernels as measure_kernels
from fastcnn.bench.layers import shapes_of as shapes_of
from fastcnn.bench.layers import write_shapes as write_shapes
from fastcnn.bench.shapes import FOLDER as FOLDER
from fastcnn.bench.shapes import Shape as Shape
from fastcnn.bench.shapes import read_shapes as read_shapes
from fastcnn.bench.sparsity import SpeedUp as SpeedUp
from fastcnn.bench.sparsity import measure_sparsity as measure_sparsity
from fastcnn.runtime.timing import Timing as Timing
from fastcnn.runtime.timing import interleaved as interleaved
