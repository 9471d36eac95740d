"""Callbacks: told how training goes."""

from fastcnn.train.callbacks.backup_and_restore import BackupAndRestore as BackupAndRestore
from fastcnn.train.callbacks.callback import Callback as Callback
from fastcnn.train.callbacks.callback import CallbackList as CallbackList
from fastcnn.train.callbacks.callback import Logs as Logs
from fastcnn.train.callbacks.csv_logger import CSVLogger as CSVLogger
from fastcnn.train.callbacks.early_stopping import EarlyStopping as EarlyStopping
from fastcnn.train.callbacks.history import History as History
from fastcnn.train.callbacks.lambda_callback import LambdaCallback as LambdaCallback
from fastcnn.train.callbacks.learning_rate_scheduler import (
    LearningRateScheduler as LearningRateScheduler,
)
from fastcnn.train.callbacks.model_checkpoint import ModelCheckpoint as ModelCheckpoint
from fastcnn.train.callbacks.progress_bar import ProgressBar as ProgressBar
from fastcnn.train.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau as ReduceLROnPlateau
from fastcnn.train.callbacks.tensorboard import TensorBoard as TensorBoard
from fastcnn.train.callbacks.terminate_on_nan import TerminateOnNaN as TerminateOnNaN
