"""The list of commands."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from fastcnn import cli
from fastcnn.cli.main import COMMANDS, fastcnn

BY_NAME = [pytest.param(command, id=command.name) for command in COMMANDS]


@pytest.mark.parametrize("command", BY_NAME)
def test_every_command_has_its_own_file(command: click.Command) -> None:
    assert (Path(cli.__file__).parent / f"{command.name}.py").is_file()


@pytest.mark.parametrize("command", BY_NAME)
def test_every_command_answers_programs_and_shows_tracebacks_on_request(
    command: click.Command,
) -> None:
    options = {option for parameter in command.params for option in parameter.opts}

    assert {"--json", "--debug"} <= options


@pytest.mark.parametrize("command", BY_NAME)
def test_every_command_and_option_is_explained(call, command: click.Command) -> None:
    result = call(command.name, "--help")

    assert result.code == 0
    assert command.help in result.out or command.help.split("\n")[0] in result.out
    unexplained = [
        parameter.name
        for parameter in command.params
        if isinstance(parameter, click.Option)
        and not parameter.help
        and parameter.name not in ("epochs", "optimizer")
    ]
    assert unexplained == []


def test_commands_stand_in_the_order_of_work(call) -> None:
    result = call("--help")

    places = [result.out.index(f"\n  {command.name} ") for command in COMMANDS]
    assert places == sorted(places)
    assert list(fastcnn.commands) == [command.name for command in COMMANDS]


def test_an_unknown_command_is_wrong_usage(call) -> None:
    assert call("shrink").code == 2
