"""Saving: a reader sees the old file or the new one, whatever happens."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fastcnn.graph import file
from tests.graph.graphs import sample_graph


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.fcnn"


def test_the_new_file_is_whole_before_it_takes_the_place_of_the_old(path, monkeypatch):
    file.save(path, sample_graph(seed=1))
    before = path.read_bytes()
    seen = []
    replace = os.replace

    def watch(source, target):
        seen.append((path.read_bytes(), Path(source).stat().st_size))
        replace(source, target)

    monkeypatch.setattr(os, "replace", watch)
    file.save(path, sample_graph(seed=2), extra={"name": "sample"})

    assert seen == [(before, len(path.read_bytes()))]
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("function", ["fsync", "replace", "open"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(function, path, monkeypatch):
    file.save(path, sample_graph(seed=1))
    before = path.read_bytes()

    def fail(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(OSError, match=r"model\.fcnn' cannot be written: No space left") as caught:
        file.save(path, sample_graph(seed=2))
    monkeypatch.undo()

    assert caught.value.errno == errno.ENOSPC
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.skipif(os.name != "posix", reason="needs limits on the size of files")
def test_a_limit_on_the_size_of_files_leaves_the_old_file_and_nothing_else(path):
    file.save(path, sample_graph(seed=1))
    before = path.read_bytes()
    program = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
from fastcnn.graph import file
from tests.graph.graphs import sample_graph
try:
    file.save(sys.argv[1], sample_graph(seed=2))
except OSError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"},
    )

    assert "cannot be written: File too large" in done.stdout
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


def test_saving_through_a_link_keeps_the_link(path):
    file.save(path, sample_graph(seed=1))
    link = path.with_name("link.fcnn")
    link.symlink_to(path)

    file.save(link, sample_graph(seed=2))

    assert link.is_symlink()
    assert path.read_bytes() == file.serialize(sample_graph(seed=2))


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        file.save(tmp_path / "nowhere" / "model.fcnn", sample_graph())
