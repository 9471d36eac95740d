"""Optimal brain surgery on rows of weights: whom to remove, and how the others make up for it."""

from fastcnn.compress.prune.surgeon.removal import remove as remove
from fastcnn.compress.prune.surgeon.trace import trace as trace
