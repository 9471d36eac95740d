"""Models: networks that can be trained, run, shown, saved and loaded."""

from fastcnn.models import zoo as zoo
from fastcnn.models.layer_view import LayerView as LayerView
from fastcnn.models.load import load_model as load_model
from fastcnn.models.model import Model as Model
from fastcnn.models.record import Record as Record
from fastcnn.models.save import file_size as file_size
from fastcnn.models.sequential import Sequential as Sequential
from fastcnn.models.summary import summary_table as summary_table
