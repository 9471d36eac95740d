"""A process that searches, and is killed when it times a result: FOLDER NUMBER."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
import recipe_times
from searching import model, samples, space

from fastcnn import compress

folder, fatal = Path(sys.argv[1]), int(sys.argv[2])
timed = 0


def dying(*given: Any, **named: Any) -> Any:
    global timed
    timed += 1
    if timed == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    return recipe_times.times(*given, **named)


with pytest.MonkeyPatch.context() as patch:
    recipe_times.use(patch, dying)
    compress.search(model(), space(), samples(), test=samples(), state_dir=folder, trials=4)
