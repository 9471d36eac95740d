"""Losses: by name or as objects."""

from fastcnn.train.losses.binary_crossentropy import BinaryCrossentropy as BinaryCrossentropy
from fastcnn.train.losses.binary_focal_crossentropy import (
    BinaryFocalCrossentropy as BinaryFocalCrossentropy,
)
from fastcnn.train.losses.categorical_crossentropy import (
    CategoricalCrossentropy as CategoricalCrossentropy,
)
from fastcnn.train.losses.categorical_focal_crossentropy import (
    CategoricalFocalCrossentropy as CategoricalFocalCrossentropy,
)
from fastcnn.train.losses.categorical_hinge import CategoricalHinge as CategoricalHinge
from fastcnn.train.losses.distillation import Distillation as Distillation
from fastcnn.train.losses.half_sum_squared_error import HalfSumSquaredError as HalfSumSquaredError
from fastcnn.train.losses.hinge import Hinge as Hinge
from fastcnn.train.losses.hinge import SquaredHinge as SquaredHinge
from fastcnn.train.losses.huber import Huber as Huber
from fastcnn.train.losses.kl_divergence import KLDivergence as KLDivergence
from fastcnn.train.losses.loss import Loss as Loss
from fastcnn.train.losses.loss import losses as losses
from fastcnn.train.losses.mean_absolute_error import MeanAbsoluteError as MeanAbsoluteError
from fastcnn.train.losses.mean_squared_error import MeanSquaredError as MeanSquaredError
from fastcnn.train.losses.sparse_categorical_crossentropy import (
    SparseCategoricalCrossentropy as SparseCategoricalCrossentropy,
)
from fastcnn.train.losses.triplet import Triplet as Triplet

get = losses.get
