"""Learning-rate schedules: by name or as objects."""

from fastcnn.train.schedules.cosine_decay import CosineDecay as CosineDecay
from fastcnn.train.schedules.cosine_decay_restarts import CosineDecayRestarts as CosineDecayRestarts
from fastcnn.train.schedules.exponential_decay import ExponentialDecay as ExponentialDecay
from fastcnn.train.schedules.function_schedule import FunctionSchedule as FunctionSchedule
from fastcnn.train.schedules.inverse_time_decay import InverseTimeDecay as InverseTimeDecay
from fastcnn.train.schedules.one_cycle import OneCycle as OneCycle
from fastcnn.train.schedules.piecewise_constant_decay import (
    PiecewiseConstantDecay as PiecewiseConstantDecay,
)
from fastcnn.train.schedules.polynomial_decay import PolynomialDecay as PolynomialDecay
from fastcnn.train.schedules.schedule import Schedule as Schedule
from fastcnn.train.schedules.schedule import schedules as schedules
from fastcnn.train.schedules.step_decay import StepDecay as StepDecay
from fastcnn.train.schedules.time_decay import TimeDecay as TimeDecay
from fastcnn.train.schedules.warm_up import WarmUp as WarmUp

get = schedules.get
