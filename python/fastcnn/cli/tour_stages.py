"""The stages of the tour: what is trained and compressed, in order."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from fastcnn import compress
from fastcnn.cli.comparing import Candidate
from fastcnn.cli.data import Samples
from fastcnn.cli.fitting import Training, compile_for, fit
from fastcnn.cli.networks import mnist_cnn
from fastcnn.cli.output import Output
from fastcnn.cli.shelf import Piece, Shelf
from fastcnn.models import Model
from fastcnn.random import set_random_seed
from fastcnn.report import Curve

CLASSES = 10
LEARNING_RATE = 2e-3
"""Of Adam, at the start of every training; it falls to zero along half a cosine."""
SPARSITY, NEURONS = 0.9, 0.5
"""Shares of weights and of neurons to remove."""


@dataclass(frozen=True)
class Size:
    """How much is done.

    Args:
        images: Training images at most, and test images; all if None.
        held_back: Training images to decide on.
        batch_size: Images an update.
        epochs: Of the original.
        fine_tune: Epochs after each compression.
        others: Epochs of the two further models to fuse.
        seconds: Spent on each of latency and throughput.
    """

    images: int | None
    held_back: int
    batch_size: int
    epochs: int
    fine_tune: int
    others: int
    seconds: float


FULL = Size(
    images=None, held_back=5000, batch_size=128, epochs=5, fine_tune=2, others=3, seconds=8.0
)
QUICK = Size(
    images=2000, held_back=500, batch_size=32, epochs=3, fine_tune=1, others=2, seconds=0.5
)


def make_stages(
    shelf: Shelf, output: Output, learn: Samples, held: Samples, size: Size, seed: int
) -> list[Candidate]:
    """Runs the stages that are not kept; the original first.

    Args:
        shelf: Where finished stages are.
        output: Where progress goes.
        learn: Images to learn from.
        held: Images that decisions are made on.
        size: How much is done.
        seed: The original's; the further models take the next ones.
    """
    tuning = Training(size.fine_tune, size.batch_size, LEARNING_RATE, seed=seed)
    images = {"images": len(learn[1]), "held_back": len(held[1])}

    def trained(name: str, epochs: int, seed: int) -> Piece:
        training = Training(epochs, size.batch_size, LEARNING_RATE, seed=seed)

        def make() -> tuple[Model, Curve | None]:
            set_random_seed(seed)
            model: Model = mnist_cnn(learn[0].shape[1:], CLASSES)
            return model, fit(model, learn, held, training, output)

        title = f"Training the {name} model, {epochs} epochs"
        return shelf.stage(name, title, images | asdict(training), make)

    def tuned(model: Model) -> tuple[Model, Curve | None]:
        return model, fit(model, learn, held, tuning, output, first_epoch=size.epochs)

    original = trained("original", size.epochs, seed)
    settings = images | asdict(tuning)

    def pruned_weights() -> tuple[Model, Curve | None]:
        pruned = compress.prune(
            original.model, sparsity=SPARSITY, structure="weight", scope="global"
        )
        return tuned(pruned)

    def pruned_neurons() -> tuple[Model, Curve | None]:
        pruned = compress.prune(
            original.model, sparsity=NEURONS, structure="channel", scope="layer"
        )
        return tuned(pruned)

    def cut() -> tuple[Model, Curve | None]:
        model = original.model
        compile_for(model, tuning)
        return tuned(compress.cut(model, layers=1, data=held, seed=seed))

    weights = shelf.stage(
        "weights-pruned",
        f"Pruning {SPARSITY:.0%} of the weights, fine-tuning",
        settings | {"sparsity": SPARSITY},
        pruned_weights,
        parents=(original,),
    )
    neurons = shelf.stage(
        "neurons-pruned",
        f"Pruning {NEURONS:.0%} of the neurons, fine-tuning",
        settings | {"sparsity": NEURONS},
        pruned_neurons,
        parents=(original,),
    )
    shorter = shelf.stage(
        "layer-cut", "Cutting the least important layer, fine-tuning", settings, cut,
        parents=(original,),
    )  # fmt: skip
    second = trained("second", size.others, seed + 1)
    third = trained("third", size.others, seed + 2)
    three = (original, second, third)

    def exact() -> tuple[Model, Curve | None]:
        return compress.fuse([one.model for one in three], method="exact"), None

    def compact() -> tuple[Model, Curve | None]:
        fused = compress.fuse(
            [one.model for one in three], method="compact", data=learn, epochs=0, seed=seed
        )
        return tuned(fused)

    side_by_side = shelf.stage(
        "fused-exact", "Fusing the three models, exactly", {}, exact, parents=three
    )
    merged = shelf.stage(
        "fused-compact", "Fusing the three models into the size of one, fine-tuning", settings,
        compact, parents=three,
    )  # fmt: skip
    after = f"then {size.fine_tune} epochs of fine-tuning"
    return [
        _candidate("original", original, f"Trained for {size.epochs} epochs"),
        _candidate(
            f"weights pruned {SPARSITY:.0%}",
            weights,
            f"The smallest {SPARSITY:.0%} of the weights set to zero, {after}",
        ),
        _candidate(
            f"neurons pruned {NEURONS:.0%}",
            neurons,
            f"The weakest {NEURONS:.0%} of the neurons of each layer removed, {after}",
        ),
        _candidate("one layer cut", shorter, f"The least important layer removed, {after}"),
        _candidate("second model", second, f"Trained apart for {size.others} epochs"),
        _candidate("third model", third, f"Trained apart for {size.others} epochs"),
        _candidate(
            "fused, exact", side_by_side, "The three trained models side by side, outputs averaged"
        ),
        _candidate(
            "fused, compact", merged, f"The three matched neuron by neuron and merged, {after}"
        ),
    ]


def _candidate(name: str, piece: Piece, how: str) -> Candidate:
    return Candidate(name, piece.model, piece.path, how, piece.curve)
