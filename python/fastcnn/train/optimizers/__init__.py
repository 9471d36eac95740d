"""Optimizers: by name or as objects."""

from fastcnn.train.optimizers.adagrad import Adagrad as Adagrad
from fastcnn.train.optimizers.adam import Adam as Adam
from fastcnn.train.optimizers.adamw import AdamW as AdamW
from fastcnn.train.optimizers.optimizer import Optimizer as Optimizer
from fastcnn.train.optimizers.optimizer import optimizers as optimizers
from fastcnn.train.optimizers.rmsprop import RMSprop as RMSprop
from fastcnn.train.optimizers.sgd import SGD as SGD

get = optimizers.get
