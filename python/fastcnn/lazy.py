"""Names of a package that are imported when they are first asked for (PEP 562).

The package says each import once for type checkers and once as a table; a contract test holds the
two to each other.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_names(
    package: str, homes: Mapping[str, tuple[str, ...]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package whose names are imported late.

    Gives the package its `__all__`, too: the public ones. Type checkers must not see that: what a
    list does not name literally they would take for private.

    Args:
        package: Its name.
        homes: By module, the names that `from module import ...` would bring; those of the
            package itself are its submodules.
    """
    home = {name: module for module, names in homes.items() for name in names}
    namespace = vars(sys.modules[package])
    namespace["__all__"] = sorted(name for name in home if not name.startswith("_"))

    def get(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        if home[name] == package:
            value: Any = import_module(f"{package}.{name}")
        else:
            value = getattr(import_module(home[name]), name)
        namespace[name] = value
        return value

    def names() -> list[str]:
        return sorted(home)

    return get, names
