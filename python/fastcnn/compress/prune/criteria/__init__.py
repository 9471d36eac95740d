"""How much a weight, or a slice of weights, matters: one criterion a file."""

from fastcnn.compress.prune.criteria.activation_mean import ActivationMean as ActivationMean
from fastcnn.compress.prune.criteria.apoz import Apoz as Apoz
from fastcnn.compress.prune.criteria.batch_norm_scale import BatchNormScale as BatchNormScale
from fastcnn.compress.prune.criteria.criterion import ChannelCriterion as ChannelCriterion
from fastcnn.compress.prune.criteria.criterion import Criterion as Criterion
from fastcnn.compress.prune.criteria.criterion import Mask as Mask
from fastcnn.compress.prune.criteria.criterion import get as get
from fastcnn.compress.prune.criteria.criterion import names as names
from fastcnn.compress.prune.criteria.energy import Energy as Energy
from fastcnn.compress.prune.criteria.fisher import Fisher as Fisher
from fastcnn.compress.prune.criteria.geometric_median import GeometricMedian as GeometricMedian
from fastcnn.compress.prune.criteria.lamp import Lamp as Lamp
from fastcnn.compress.prune.criteria.magnitude import Magnitude as Magnitude
from fastcnn.compress.prune.criteria.movement import Movement as Movement
from fastcnn.compress.prune.criteria.obc import Obc as Obc
from fastcnn.compress.prune.criteria.random import Random as Random
from fastcnn.compress.prune.criteria.scaled_magnitude import ScaledMagnitude as ScaledMagnitude
from fastcnn.compress.prune.criteria.taylor import Taylor as Taylor
