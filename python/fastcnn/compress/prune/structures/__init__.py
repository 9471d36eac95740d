"""What pruning removes: weights in some pattern, or channels with all that depends on them."""

from fastcnn.compress.prune.structures.channel import prune_channels as prune_channels
from fastcnn.compress.prune.structures.find import find_pattern as find_pattern
from fastcnn.compress.prune.structures.n_of_m import NOfM as NOfM
from fastcnn.compress.prune.structures.pattern import Pattern as Pattern
from fastcnn.compress.prune.structures.weight import prune_weights as prune_weights
