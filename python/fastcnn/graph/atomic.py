"""Writing a file so that a reader sees the old one or the new one, never a part."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def write_atomically(
    path: str | os.PathLike[str], data: bytes | Iterable[bytes | memoryview]
) -> None:
    """Writes `data`, in one piece or in several, to a new file, then renames it over `path`.

    Raises:
        OSError: The file cannot be written (full disk, no permission, no such folder). What was
            at `path` is still there, and nothing else is.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:100]}.{os.urandom(8).hex()}.tmp")
    try:
        try:
            descriptor = os.open(temporary, _CREATE, 0o666)
            with os.fdopen(descriptor, "wb") as file:
                file.writelines([data] if isinstance(data, bytes) else data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
    except OSError as error:
        raise OSError(
            error.errno, f"save: '{os.fspath(path)}' cannot be written: {error.strerror}"
        ) from error


def _sync_folder(folder: Path) -> None:
    """Makes the rename last through a loss of power, where folders can be opened at all."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
