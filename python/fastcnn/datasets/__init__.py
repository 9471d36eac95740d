"""Data sets: images and their classes as NumPy arrays."""

from fastcnn.datasets import fashion_mnist as fashion_mnist
from fastcnn.datasets import folder as folder
from fastcnn.datasets import mnist as mnist
from fastcnn.datasets import npz as npz
