"""Reports: one self-contained HTML page that compares models."""

from fastcnn.report.columns import COLUMNS as COLUMNS
from fastcnn.report.columns import Column as Column
from fastcnn.report.data import Curve as Curve
from fastcnn.report.data import Entry as Entry
from fastcnn.report.data import Layer as Layer
from fastcnn.report.data import Report as Report
from fastcnn.report.optimization import render_optimization as render_optimization
from fastcnn.report.optimization import write_optimization as write_optimization
from fastcnn.report.recipes import render_recipes as render_recipes
from fastcnn.report.recipes import write_recipes as write_recipes
from fastcnn.report.render import render as render
from fastcnn.report.render import write as write
from fastcnn.report.sensitivity import write_sensitivity as write_sensitivity
