"""What pruning removes: single weights, or channels (neurons) with all that depends on them."""

from fastcnn.compress.prune.structures.channel import prune_channels as prune_channels
from fastcnn.compress.prune.structures.weight import prune_weights as prune_weights
