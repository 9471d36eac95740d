"""Measurements: times of functions taken in turn, and of every kernel alone."""

from fastcnn.bench.kernels import KernelTiming as KernelTiming
from fastcnn.bench.kernels import measure_kernels as measure_kernels
from fastcnn.bench.shapes import FOLDER as FOLDER
from fastcnn.bench.shapes import Shape as Shape
from fastcnn.bench.shapes import read_shapes as read_shapes
from fastcnn.bench.timing import Timing as Timing
from fastcnn.bench.timing import interleaved as interleaved
