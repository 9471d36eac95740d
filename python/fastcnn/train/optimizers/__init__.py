"""Optimizers: by name or as objects."""

from fastcnn.train.optimizers.adadelta import Adadelta as Adadelta
from fastcnn.train.optimizers.adagrad import Adagrad as Adagrad
from fastcnn.train.optimizers.adam import Adam as Adam
from fastcnn.train.optimizers.adamax import Adamax as Adamax
from fastcnn.train.optimizers.adamw import AdamW as AdamW
from fastcnn.train.optimizers.lamb import Lamb as Lamb
from fastcnn.train.optimizers.lars import LARS as LARS
from fastcnn.train.optimizers.lion import Lion as Lion
from fastcnn.train.optimizers.lookahead import Lookahead as Lookahead
from fastcnn.train.optimizers.muon import Muon as Muon
from fastcnn.train.optimizers.nadam import Nadam as Nadam
from fastcnn.train.optimizers.optimizer import Optimizer as Optimizer
from fastcnn.train.optimizers.optimizer import optimizers as optimizers
from fastcnn.train.optimizers.radam import RAdam as RAdam
from fastcnn.train.optimizers.rmsprop import RMSprop as RMSprop
from fastcnn.train.optimizers.sgd import SGD as SGD
from fastcnn.train.optimizers.swa import SWA as SWA
from fastcnn.train.optimizers.update_rule import UpdateRule as UpdateRule

get = optimizers.get
