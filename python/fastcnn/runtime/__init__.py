"""Runs graphs: sessions for inference, steps for training, the NumPy reference for truth.

The only package that calls the native core.
"""

from fastcnn.runtime.compile import compile as compile
from fastcnn.runtime.compile_step import compile_step as compile_step
from fastcnn.runtime.cuda import cuda_state as cuda_state
from fastcnn.runtime.cuda import device_info as device_info
from fastcnn.runtime.cuda import to_device as to_device
from fastcnn.runtime.machine import cpu_info as cpu_info
from fastcnn.runtime.machine import get_num_threads as get_num_threads
from fastcnn.runtime.machine import kernels as kernels
from fastcnn.runtime.machine import peak_gflops as peak_gflops
from fastcnn.runtime.machine import set_isa as set_isa
from fastcnn.runtime.machine import set_num_threads as set_num_threads
from fastcnn.runtime.readers import set_reader as set_reader
from fastcnn.runtime.reference import reference as reference
from fastcnn.runtime.session import Session as Session
from fastcnn.runtime.step import Step as Step
from fastcnn.runtime.table import Table as Table
