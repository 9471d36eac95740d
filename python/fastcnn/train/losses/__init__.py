"""Losses: by name or as objects."""

from fastcnn.train.losses.binary_crossentropy import BinaryCrossentropy as BinaryCrossentropy
from fastcnn.train.losses.categorical_crossentropy import (
    CategoricalCrossentropy as CategoricalCrossentropy,
)
from fastcnn.train.losses.half_sum_squared_error import HalfSumSquaredError as HalfSumSquaredError
from fastcnn.train.losses.loss import Loss as Loss
from fastcnn.train.losses.loss import losses as losses
from fastcnn.train.losses.mean_squared_error import MeanSquaredError as MeanSquaredError
from fastcnn.train.losses.sparse_categorical_crossentropy import (
    SparseCategoricalCrossentropy as SparseCategoricalCrossentropy,
)

get = losses.get
