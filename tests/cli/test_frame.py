"""How a run of the command line ends."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from collections.abc import Callable

import click
import pytest

from fastcnn.cli.frame import DONE, FAILED, WRONG_USAGE, command, execute
from fastcnn.cli.output import Output
from fastcnn.errors import DataError

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command that does what a function does."""

    def go(body: Callable[[Output], None], *options: str) -> tuple[int, str, str]:
        def work(output: Output) -> None:
            body(output)

        code = execute(click.Group(commands=[command("work")(work)]), ["work", *options])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return go


def raising(error: BaseException) -> Callable[[Output], None]:
    def body(output: Output) -> None:
        raise error

    return body


def test_a_done_command_answers_on_stdout(run: Run) -> None:
    code, out, err = run(lambda output: output.answer({"n": 1}, "one"))

    assert (code, out, err) == (DONE, "one\n", "")


def test_json_is_alone_on_stdout(run: Run) -> None:
    def body(output: Output) -> None:
        output.say("working")
        output.answer({"n": 1}, "one")

    code, out, err = run(body, "--json")

    assert code == DONE
    assert json.loads(out) == {"n": 1}
    assert err == "working\n"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (DataError("data: 3 images,\n  2 labels"), "fastcnn: data: 3 images, 2 labels\n"),
        (
            FileNotFoundError(errno.ENOENT, "No such file", "a.fcnn"),
            "fastcnn: a.fcnn: No such file\n",
        ),
        (OSError(errno.ENOSPC, "save: no space left"), "fastcnn: save: no space left\n"),
    ],
    ids=["data", "file", "disk"],
)
def test_a_failure_is_one_line_on_stderr(run: Run, error: Exception, text: str) -> None:
    code, out, err = run(raising(error))

    assert (code, out, err) == (FAILED, "", text)


def test_a_mistake_in_the_program_says_so_without_a_traceback(run: Run) -> None:
    code, _, err = run(raising(ZeroDivisionError("division by zero")))

    assert code == FAILED
    assert err.startswith("fastcnn: ZeroDivisionError: division by zero (this is a mistake")
    assert err.count("\n") == 1


def test_debug_shows_the_traceback(run: Run) -> None:
    code, _, err = run(raising(DataError("data: bad")), "--debug")

    assert code == FAILED
    assert "Traceback" in err
    assert err.endswith("fastcnn: data: bad\n")


def test_an_interrupt_tells_what_was_kept(run: Run) -> None:
    def body(output: Output) -> None:
        output.kept = "two stages are kept"
        raise KeyboardInterrupt

    code, _, err = run(body)

    assert code == FAILED
    assert err.strip() == "fastcnn: stopped; two stages are kept"


def test_wrong_usage_has_a_code_of_its_own(run: Run) -> None:
    code, out, err = run(lambda output: None, "--no-such-option")

    assert code == WRONG_USAGE
    assert out == ""
    assert "No such option" in err


def test_a_reader_that_leaves_early_is_no_mistake() -> None:
    program = "from fastcnn.cli.main import main; main(['kernels', '--help'])"
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None

    process.stdout.close()

    assert process.stderr.read() == ""
    process.stderr.close()
    process.wait()
