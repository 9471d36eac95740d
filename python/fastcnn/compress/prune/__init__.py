"""Pruning: weights set to zero, or channels removed."""

from fastcnn.compress.prune import criteria as criteria
from fastcnn.compress.prune import regularizers as regularizers
from fastcnn.compress.prune import schedules as schedules
from fastcnn.compress.prune.plan import LayerChange as LayerChange
from fastcnn.compress.prune.prune import prune as prune
