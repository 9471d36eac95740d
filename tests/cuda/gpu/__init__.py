"""Tests on a real device: `pytest -m gpu`."""
