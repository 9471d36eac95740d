"""Keras-style layers: small builders of graph nodes, one layer a file."""

from fastcnn.layers import initializers as initializers
from fastcnn.layers import regularizers as regularizers
from fastcnn.layers.activation import Activation as Activation
from fastcnn.layers.add import Add as Add
from fastcnn.layers.average_pooling2d import AveragePooling2D as AveragePooling2D
from fastcnn.layers.batch_normalization import BatchNormalization as BatchNormalization
from fastcnn.layers.build import build_graph as build_graph
from fastcnn.layers.concatenate import Concatenate as Concatenate
from fastcnn.layers.conv2d import Conv2D as Conv2D
from fastcnn.layers.dense import Dense as Dense
from fastcnn.layers.depthwise_conv2d import DepthwiseConv2D as DepthwiseConv2D
from fastcnn.layers.dropout import Dropout as Dropout
from fastcnn.layers.flatten import Flatten as Flatten
from fastcnn.layers.global_average_pooling2d import GlobalAveragePooling2D as GlobalAveragePooling2D
from fastcnn.layers.global_max_pooling2d import GlobalMaxPooling2D as GlobalMaxPooling2D
from fastcnn.layers.input import Input as Input
from fastcnn.layers.input import InputLayer as InputLayer
from fastcnn.layers.layer import Layer as Layer
from fastcnn.layers.leaky_relu import LeakyReLU as LeakyReLU
from fastcnn.layers.max_pooling2d import MaxPooling2D as MaxPooling2D
from fastcnn.layers.relu import ReLU as ReLU
from fastcnn.layers.reshape import Reshape as Reshape
from fastcnn.layers.separable_conv2d import SeparableConv2D as SeparableConv2D
from fastcnn.layers.softmax import Softmax as Softmax
from fastcnn.layers.symbolic import SymbolicTensor as SymbolicTensor
from fastcnn.layers.zero_padding2d import ZeroPadding2D as ZeroPadding2D
