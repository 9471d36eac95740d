"""Data sets: images and their classes as NumPy arrays, or read as they are needed."""

from fastcnn.datasets import fashion_mnist as fashion_mnist
from fastcnn.datasets import folder as folder
from fastcnn.datasets import mnist as mnist
from fastcnn.datasets import npz as npz
from fastcnn.datasets.arrays import Arrays as Arrays
from fastcnn.datasets.image_folder import ImageFolder as ImageFolder
from fastcnn.train.batches import Dataset as Dataset
