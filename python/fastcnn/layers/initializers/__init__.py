"""First values of weights: by name or as objects."""

from __future__ import annotations

from typing import Any

from fastcnn.errors import InvalidValueError
from fastcnn.layers.initializers.constant import Constant as Constant
from fastcnn.layers.initializers.constant import Identity as Identity
from fastcnn.layers.initializers.constant import Ones as Ones
from fastcnn.layers.initializers.constant import Zeros as Zeros
from fastcnn.layers.initializers.initializer import Initializer as Initializer
from fastcnn.layers.initializers.orthogonal import Orthogonal as Orthogonal
from fastcnn.layers.initializers.random import RandomNormal as RandomNormal
from fastcnn.layers.initializers.random import RandomUniform as RandomUniform
from fastcnn.layers.initializers.random import TruncatedNormal as TruncatedNormal
from fastcnn.layers.initializers.variance_scaling import GlorotNormal as GlorotNormal
from fastcnn.layers.initializers.variance_scaling import GlorotUniform as GlorotUniform
from fastcnn.layers.initializers.variance_scaling import HeNormal as HeNormal
from fastcnn.layers.initializers.variance_scaling import HeUniform as HeUniform
from fastcnn.layers.initializers.variance_scaling import LecunNormal as LecunNormal
from fastcnn.layers.initializers.variance_scaling import LecunUniform as LecunUniform
from fastcnn.layers.initializers.variance_scaling import VarianceScaling as VarianceScaling
from fastcnn.layers.initializers.variance_scaling import fans as fans

_BY_NAME: dict[str, type[Initializer]] = {
    "zeros": Zeros,
    "ones": Ones,
    "constant": Constant,
    "identity": Identity,
    "orthogonal": Orthogonal,
    "random_normal": RandomNormal,
    "random_uniform": RandomUniform,
    "truncated_normal": TruncatedNormal,
    "variance_scaling": VarianceScaling,
    "glorot_uniform": GlorotUniform,
    "glorot_normal": GlorotNormal,
    "he_uniform": HeUniform,
    "he_normal": HeNormal,
    "lecun_uniform": LecunUniform,
    "lecun_normal": LecunNormal,
}
_BY_CLASS = {cls.__name__: cls for cls in _BY_NAME.values()}


def names() -> list[str]:
    """Every name `get` understands, sorted; the names of the classes do as well."""
    return sorted(_BY_NAME)


def get(identifier: Any, owner: str = "get") -> Initializer:
    """An initializer from its name, or the object itself.

    Args:
        identifier: A name or an Initializer.
        owner: Who asks, for the message.
    """
    if isinstance(identifier, Initializer):
        return identifier
    if isinstance(identifier, str) and (cls := (_BY_NAME | _BY_CLASS).get(identifier)):
        return cls()
    raise InvalidValueError(
        f"{owner}: {identifier!r} is no initializer; give an object or one of {', '.join(names())}"
    )
