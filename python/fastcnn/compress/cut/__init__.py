"""Cutting: whole layers go, by importance measured on data."""

from fastcnn.compress.cut.cut import SCHEDULES as SCHEDULES
from fastcnn.compress.cut.cut import cut as cut
from fastcnn.compress.cut.judges import JUDGES as JUDGES
from fastcnn.compress.cut.units import Unit as Unit
from fastcnn.compress.cut.units import find_units as find_units
