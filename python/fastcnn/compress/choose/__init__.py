"""Choosing: what a model can do without, what that gains on this machine, and the best of both."""

from fastcnn.compress.choose.latency import LatencyTable as LatencyTable
from fastcnn.compress.choose.latency import latency_table as latency_table
from fastcnn.compress.choose.optimize import optimize as optimize
from fastcnn.compress.choose.outcome import Outcome as Outcome
from fastcnn.compress.choose.sensitivity import Sensitivity as Sensitivity
from fastcnn.compress.choose.sensitivity import sensitivity as sensitivity
