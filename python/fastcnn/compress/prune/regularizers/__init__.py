"""Penalties that make zeros while a network trains: callbacks of `fit`, one a file."""

from fastcnn.compress.prune.regularizers.group_lasso import GroupLasso as GroupLasso
from fastcnn.compress.prune.regularizers.l1 import L1 as L1
from fastcnn.compress.prune.regularizers.proximal import Proximal as Proximal
from fastcnn.compress.prune.regularizers.slimming import Slimming as Slimming
