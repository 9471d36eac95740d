"""Batches: where a step takes its samples from, whatever the user gave."""

from fastcnn.train.batches.ahead import ahead as ahead
from fastcnn.train.batches.augmented import Augmentation as Augmentation
from fastcnn.train.batches.batches import Batches as Batches
from fastcnn.train.batches.batches import Feeds as Feeds
from fastcnn.train.batches.batches import epoch_order as epoch_order
from fastcnn.train.batches.dataset import Dataset as Dataset
from fastcnn.train.batches.inputs import input_batches as input_batches
from fastcnn.train.batches.iterator import IteratorBatches as IteratorBatches
from fastcnn.train.batches.memory import MemoryBatches as MemoryBatches
from fastcnn.train.batches.open import Preparation as Preparation
from fastcnn.train.batches.open import is_lazy as is_lazy
from fastcnn.train.batches.open import open_batches as open_batches
from fastcnn.train.batches.open import read_batch as read_batch
from fastcnn.train.batches.parts import split_data as split_data
from fastcnn.train.batches.prepared import PreparedBatches as PreparedBatches
