"""Choosing: what a model can do without, what that gains on this machine, and the best of both."""

from fastcnn.compress.choose.sensitivity import Sensitivity as Sensitivity
from fastcnn.compress.choose.sensitivity import sensitivity as sensitivity
