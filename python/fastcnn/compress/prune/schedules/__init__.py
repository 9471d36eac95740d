"""When how much is pruned, and when the rest is trained: one schedule a file."""

from fastcnn.compress.prune.schedules.gradual import Gradual as Gradual
from fastcnn.compress.prune.schedules.iterative import Iterative as Iterative
from fastcnn.compress.prune.schedules.one_shot import OneShot as OneShot
from fastcnn.compress.prune.schedules.rewind import Rewind as Rewind
from fastcnn.compress.prune.schedules.rigl import RigL as RigL
from fastcnn.compress.prune.schedules.schedule import Schedule as Schedule
from fastcnn.compress.prune.schedules.schedule import get as get
from fastcnn.compress.prune.schedules.schedule import names as names
