"""How much a weight, or a slice of weights, matters: one criterion a file."""

from fastcnn.compress.prune.criteria.criterion import Criterion as Criterion
from fastcnn.compress.prune.criteria.criterion import get as get
from fastcnn.compress.prune.criteria.criterion import names as names
from fastcnn.compress.prune.criteria.energy import Energy as Energy
from fastcnn.compress.prune.criteria.magnitude import Magnitude as Magnitude
from fastcnn.compress.prune.criteria.random import Random as Random
