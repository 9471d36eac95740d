"""What all commands share: the decorator that makes one, and how errors end a run."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

import click

from fastcnn.cli.output import Output
from fastcnn.errors import FastcnnError

DONE, FAILED, WRONG_USAGE = 0, 1, 2
"""Exit codes."""


def command(name: str) -> Callable[[Callable[..., None]], click.Command]:
    """Decorator: a command that is given an `Output` and understands --json and --debug."""

    def wrap(function: Callable[..., None]) -> click.Command:
        made = click.command(name)(click.pass_obj(function))
        made.params += [
            _switch("json", "Write the answer as JSON, and nothing else, to stdout."),
            _switch("debug", "Show the traceback of an error."),
        ]
        return made

    return wrap


def _switch(name: str, text: str) -> click.Option:
    """A flag that sets the attribute of that name on the `Output`."""

    def remember(context: click.Context, option: click.Parameter, value: bool) -> None:
        if value:
            setattr(context.obj, name, True)

    return click.Option(
        [f"--{name}"], is_flag=True, expose_value=False, is_eager=True, callback=remember, help=text
    )


def execute(group: click.Group, arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and gives its exit code; no exception leaves it."""
    output = Output()
    try:
        result = group.main(
            list(sys.argv[1:] if arguments is None else arguments),
            "fastcnn",
            standalone_mode=False,
            obj=output,
        )
        sys.stdout.flush()
        return result if isinstance(result, int) else DONE
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:
        # The reader has gone: keep the interpreter from flushing into the closed pipe at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (KeyboardInterrupt, click.Abort):
        return _failed(output, f"stopped{f'; {output.kept}' if output.kept else ''}")
    except FastcnnError as error:
        return _failed(output, _one_line(error))
    except OSError as error:
        return _failed(output, _os_error(error))
    except Exception as error:
        kind = type(error).__name__
        hint = "" if output.debug else " (this is a mistake in FastCNN; --debug shows where)"
        return _failed(output, f"{kind}: {_one_line(error)}{hint}")


def _failed(output: Output, text: str) -> int:
    if output.debug:
        output.progress.print_exception()
    output.say(f"fastcnn: {text}")
    return FAILED


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())


def _os_error(error: OSError) -> str:
    reason = error.strerror or _one_line(error) or type(error).__name__
    return reason if error.filename is None else f"{error.filename}: {reason}"
