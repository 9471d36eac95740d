"""Keras-style layers: small builders of graph nodes, one layer a file."""

from fastcnn.layers.average_pooling2d import AveragePooling2D as AveragePooling2D
from fastcnn.layers.build import build_graph as build_graph
from fastcnn.layers.conv2d import Conv2D as Conv2D
from fastcnn.layers.dense import Dense as Dense
from fastcnn.layers.flatten import Flatten as Flatten
from fastcnn.layers.input import Input as Input
from fastcnn.layers.input import InputLayer as InputLayer
from fastcnn.layers.layer import Layer as Layer
from fastcnn.layers.max_pooling2d import MaxPooling2D as MaxPooling2D
from fastcnn.layers.symbolic import SymbolicTensor as SymbolicTensor
