"""Compression: prune weights or channels, cut layers, fuse models; each gives a new model."""

from fastcnn.compress.choose import LatencyTable as LatencyTable
from fastcnn.compress.choose import Outcome as Outcome
from fastcnn.compress.choose import Sensitivity as Sensitivity
from fastcnn.compress.choose import latency_table as latency_table
from fastcnn.compress.choose import optimize as optimize
from fastcnn.compress.choose import sensitivity as sensitivity
from fastcnn.compress.collapse import collapse as collapse
from fastcnn.compress.cut import cut as cut
from fastcnn.compress.fuse import fuse as fuse
from fastcnn.compress.measure import Measurement as Measurement
from fastcnn.compress.measure import measure as measure
from fastcnn.compress.prune import criteria as criteria
from fastcnn.compress.prune import prune as prune
from fastcnn.compress.prune import regularizers as regularizers
from fastcnn.compress.prune import schedules as schedules
from fastcnn.compress.recipes import Comparison as Comparison
from fastcnn.compress.recipes import Recipe as Recipe
from fastcnn.compress.recipes import compare as compare
from fastcnn.compress.recipes import read_recipe as read_recipe
from fastcnn.compress.recipes import run_recipe as run_recipe
from fastcnn.compress.record import Record as Record
from fastcnn.compress.recover import correct_bias as correct_bias
from fastcnn.compress.recover import fine_tune as fine_tune
from fastcnn.compress.recover import mirrored as mirrored
from fastcnn.compress.recover import recalibrate as recalibrate
