"""The command `fastcnn`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from fastcnn.cli.bench import bench
from fastcnn.cli.compare import compare
from fastcnn.cli.convert import convert
from fastcnn.cli.cut import cut
from fastcnn.cli.doctor import doctor
from fastcnn.cli.evaluate import evaluate
from fastcnn.cli.frame import execute
from fastcnn.cli.fuse import fuse
from fastcnn.cli.inspect import inspect
from fastcnn.cli.kernels import kernels
from fastcnn.cli.optimize import optimize
from fastcnn.cli.prune import prune
from fastcnn.cli.run import run
from fastcnn.cli.search import search
from fastcnn.cli.tour import tour
from fastcnn.cli.train import train

COMMANDS = (
    tour,
    train,
    evaluate,
    prune,
    cut,
    fuse,
    optimize,
    search,
    compare,
    convert,
    inspect,
    run,
    bench,
    kernels,
    doctor,
)


class _InOrder(click.Group):
    """Lists the commands as they are given, the way one works with them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(
    cls=_InOrder,
    commands=list(COMMANDS),
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)
@click.version_option(package_name="fastcnn")
def fastcnn() -> None:
    """Train convolutional networks, make them small, and run them fast on ordinary CPUs.

    Start with: fastcnn tour
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command line and ends the process with its exit code."""
    sys.exit(execute(fastcnn, arguments))
