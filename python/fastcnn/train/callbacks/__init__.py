"""Callbacks: told how training goes."""

from fastcnn.train.callbacks.callback import Callback as Callback
from fastcnn.train.callbacks.callback import CallbackList as CallbackList
from fastcnn.train.callbacks.callback import Logs as Logs
from fastcnn.train.callbacks.csv_logger import CSVLogger as CSVLogger
from fastcnn.train.callbacks.early_stopping import EarlyStopping as EarlyStopping
from fastcnn.train.callbacks.history import History as History
from fastcnn.train.callbacks.learning_rate_scheduler import (
    LearningRateScheduler as LearningRateScheduler,
)
from fastcnn.train.callbacks.model_checkpoint import ModelCheckpoint as ModelCheckpoint
from fastcnn.train.callbacks.progress_bar import ProgressBar as ProgressBar
