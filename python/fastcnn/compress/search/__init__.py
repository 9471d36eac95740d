"""Tries recipes whose values are left open, by Optuna, and keeps what nothing else beats."""

from fastcnn.compress.search.found import Found as Found
from fastcnn.compress.search.found import Tried as Tried
from fastcnn.compress.search.search import search as search
from fastcnn.compress.search.space import Space as Space
from fastcnn.compress.search.space import read_space as read_space
