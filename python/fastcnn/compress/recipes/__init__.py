"""Recipes: whole compressions as files, run step by step, resumable, and kept with the result."""

from fastcnn.compress.recipes.comparison import Comparison as Comparison
from fastcnn.compress.recipes.comparison import compare as compare
from fastcnn.compress.recipes.recipe import Recipe as Recipe
from fastcnn.compress.recipes.recipe import Step as Step
from fastcnn.compress.recipes.recipe import read_recipe as read_recipe
from fastcnn.compress.recipes.run import run_recipe as run_recipe
