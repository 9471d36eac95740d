"""Elements that change place, and shapes as tensors."""

from fastcnn.ops.movement import concat as _concat  # noqa: F401
from fastcnn.ops.movement import extents as _extents  # noqa: F401
from fastcnn.ops.movement import flatten as _flatten  # noqa: F401
from fastcnn.ops.movement import gather as _gather  # noqa: F401
from fastcnn.ops.movement import pad as _pad  # noqa: F401
from fastcnn.ops.movement import pad2d as _pad2d  # noqa: F401
from fastcnn.ops.movement import pixels as _pixels  # noqa: F401
from fastcnn.ops.movement import repeat as _repeat  # noqa: F401
from fastcnn.ops.movement import reshape as _reshape  # noqa: F401
from fastcnn.ops.movement import resize as _resize  # noqa: F401
from fastcnn.ops.movement import slice as _slice  # noqa: F401
from fastcnn.ops.movement import squeeze as _squeeze  # noqa: F401
from fastcnn.ops.movement import transpose as _transpose  # noqa: F401
