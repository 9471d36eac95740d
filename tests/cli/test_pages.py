"""What the pages tell a reader to type exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fastcnn.cli.main import fastcnn

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BY_NAME = [pytest.param(page, id=page.relative_to(ROOT).as_posix()) for page in PAGES]

pytestmark = pytest.mark.skipif(
    not (ROOT / "README.md").is_file(), reason="the pages are not part of an install"
)


@pytest.mark.parametrize("page", BY_NAME)
def test_every_command_named_is_one(page: Path) -> None:
    blocks = re.findall(r"```(?:sh|bash)?\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    lines = [line for block in blocks for line in block.splitlines()]

    named = {
        name
        for line in lines
        for names in re.findall(r"(?:^|&& )fastcnn ((?:\w+)(?: \| \w+)*)", line)
        for name in names.split(" | ")
    }
    assert named <= set(fastcnn.commands)


@pytest.mark.parametrize("page", BY_NAME)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))

    missing = [link for link in links if not (page.parent / link).exists()]
    assert missing == []


def test_the_example_of_the_front_page_can_be_read_by_python() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    (code,) = re.findall(r"```python\n(.*?)```", text, re.S)
    compile(code, "README.md", "exec")


def test_the_two_commands_stand_on_the_front_page() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert "\npip install '.[all]' && fastcnn tour\n" in text
    assert "\npip install '.[test]' && pytest\n" in text
