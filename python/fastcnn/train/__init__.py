"""Training: trainer, optimizers, schedules, losses, regularizers, metrics, callbacks."""

from fastcnn.train import callbacks as callbacks
from fastcnn.train import losses as losses
from fastcnn.train import metrics as metrics
from fastcnn.train import optimizers as optimizers
from fastcnn.train import regularizers as regularizers
from fastcnn.train import schedules as schedules
from fastcnn.train.checkpoint import load_checkpoint as load_checkpoint
from fastcnn.train.checkpoint import restore_record as restore_record
from fastcnn.train.checkpoint import save_checkpoint as save_checkpoint
from fastcnn.train.checkpoint import training_record as training_record
from fastcnn.train.evaluation import evaluate as evaluate
from fastcnn.train.evaluation import predict as predict
from fastcnn.train.registry import deserialize as deserialize
from fastcnn.train.registry import serialize as serialize
from fastcnn.train.step_graph import evaluation_graph as evaluation_graph
from fastcnn.train.step_graph import training_graph as training_graph
from fastcnn.train.trainer import Trainer as Trainer
