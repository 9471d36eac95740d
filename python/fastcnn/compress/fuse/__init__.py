"""Fusing models: layers of several trained models merged into layers of one."""

from fastcnn.compress.fuse.compact import align as align
from fastcnn.compress.fuse.compact import average as average
from fastcnn.compress.fuse.exact import fuse_exact as fuse_exact
from fastcnn.compress.fuse.fuse import METHODS as METHODS
from fastcnn.compress.fuse.fuse import fuse as fuse
from fastcnn.compress.fuse.repair import repair as repair
