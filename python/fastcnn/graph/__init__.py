"""The one record of a network: an immutable graph of values and nodes."""

from fastcnn.graph.graph import Graph as Graph
from fastcnn.graph.node import Node as Node
from fastcnn.graph.value import Traits as Traits
from fastcnn.graph.value import Type as Type
from fastcnn.graph.value import Value as Value
from fastcnn.graph.verify import verify as verify
