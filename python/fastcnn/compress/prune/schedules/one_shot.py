"""All at once."""

from __future__ import annotations

from fastcnn.compress.prune.run import Pruning
from fastcnn.compress.prune.schedules.schedule import Schedule, register
from fastcnn.models import Model


@register
class OneShot(Schedule):
    """Everything goes at once; then comes all the fine-tuning."""

    name = "one_shot"

    def run(self, pruning: Pruning) -> Model:
        """Prunes, then tunes."""
        model = pruning.model
        return pruning.tuned(model.with_graph(pruning.removed(model)), pruning.epochs)
