"""A network and how it is trained."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastcnn import runtime, train
from fastcnn.errors import InvalidValueError, UnsupportedError
from fastcnn.graph import Graph, Value
from fastcnn.layers.build import build
from fastcnn.layers.symbolic import SymbolicTensor
from fastcnn.models.network import Network
from fastcnn.models.record import Record
from fastcnn.models.save import save_model
from fastcnn.models.settings import Settings, make_settings, regularizer_of
from fastcnn.models.summary import summary_table
from fastcnn.train import Trainer
from fastcnn.train.batches import Augmentation
from fastcnn.train.callbacks import Callback, History
from fastcnn.typing import Array


class Model(Network):
    """A network and how it is trained.

    Everything it can do follows from its graph: where the graph came from (layers, a file,
    compression) makes no difference. A model takes the weights its layers have when it is made,
    and gives them back after training, for the next model made from them.

    Args:
        inputs: What `layers.Input` gave, or a sequence of such.
        outputs: What layers made of it, or a sequence of such.
        name: For tables.
    """

    def __init__(
        self,
        inputs: SymbolicTensor | Sequence[SymbolicTensor],
        outputs: SymbolicTensor | Sequence[SymbolicTensor],
        name: str | None = None,
    ) -> None:
        built = build(_tensors("inputs", inputs), _tensors("outputs", outputs))
        super().__init__(name or "model", built.graph, built.names)
        self._prepare()

    @staticmethod
    def from_graph(
        graph: Graph,
        name: str = "model",
        settings: Settings | None = None,
        records: Sequence[Record] = (),
    ) -> Model:
        """A model of a graph in inference form."""
        model = Model.__new__(Model)
        Network.__init__(model, name, graph)
        model._prepare()
        model.settings, model.records = settings, tuple(records)
        return model

    def with_graph(self, graph: Graph, record: Record | None = None) -> Model:
        """A model of another graph with the same name, settings and records.

        Args:
            graph: In inference form.
            record: What was done, to be added to the records.
        """
        records = self.records if record is None else (*self.records, record)
        return Model.from_graph(graph, self.name, self.settings, records)

    def _prepare(self) -> None:
        self.settings: Settings | None = None
        """How to train, as plain data; None before `compile`."""
        self.records: tuple[Record, ...] = ()
        """What was done to the model, oldest first."""
        self._trainer: Trainer | None = None
        self._is_fitting = False
        self._stored_training: tuple[Mapping[str, Any], Mapping[str, Array]] | None = None
        self._session: tuple[Graph, runtime.Session] | None = None

    @property
    def graph(self) -> Graph:
        """The network in inference form, with the weights of now."""
        if self._is_fitting and self._trainer is not None:
            return self._trainer.graph
        return super().graph

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        metrics: Any = None,
        *,
        regularizer: Any = None,
    ) -> None:
        """Says how to train. The optimizer starts anew; the weights stay.

        Args:
            optimizer: By name or object.
            loss: By name or object.
            metrics: Names or objects, or one of them.
            regularizer: Penalty on every kernel that has none of its own.

        Raises:
            InvalidValueError: One of them is unknown, or there is no loss.
        """
        self.settings = make_settings(optimizer, loss, metrics, regularizer)
        self._forget_training()

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Callback | Sequence[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
        *,
        augment: Augmentation | Sequence[Augmentation] | None = None,
        workers: int | None = None,
        memory_limit: int | None = None,
        winograd: bool = True,
        device: str = "cpu",
        precision: str = "float32",
    ) -> History:
        """Trains; see `train.Trainer.fit` for the arguments, `compile` comes first.

        Called again, it goes on with the optimizer's state of the last call. Broken off, the model
        keeps what it has learnt so far; after an error in the data it is as before.

        Returns:
            Every figure of every epoch, in `.history`.
        """
        self._build_for(x)
        trainer = self._make_trainer()
        given = [callbacks] if isinstance(callbacks, Callback) else list(callbacks or ())
        self._is_fitting = True
        try:
            return trainer.fit(
                x,
                y,
                batch_size=batch_size,
                epochs=epochs,
                verbose=verbose,
                callbacks=given,
                validation_split=validation_split,
                validation_data=validation_data,
                shuffle=shuffle,
                class_weight=class_weight,
                sample_weight=sample_weight,
                initial_epoch=initial_epoch,
                steps_per_epoch=steps_per_epoch,
                validation_steps=validation_steps,
                validation_batch_size=validation_batch_size,
                validation_freq=validation_freq,
                augment=augment,
                workers=workers,
                memory_limit=memory_limit,
                winograd=winograd,
                device=device,
                precision=precision,
                model=self,
            )
        finally:
            self._is_fitting = False
            Network._keep(self, trainer.graph)

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        *,
        return_dict: bool = False,
    ) -> list[float] | dict[str, float]:
        """Loss, penalties included, and metrics, as means over all samples.

        Args:
            x: One array, or a dict by input name; a `Dataset`; or an iterator of batches.
            y: Labels, as the loss takes them; None where x gives them.
            batch_size: Samples a call; the result does not depend on it.
            verbose: 0 shows nothing, else one line.
            sample_weight: Weight of each sample's loss.
            steps: Batches to look at; all there are if None.
            return_dict: Whether the figures come by name.

        Returns:
            [loss, *metrics], or a dict.
        """
        figures = self._figures("evaluate", x, y, sample_weight, batch_size, steps)
        if verbose:
            print(" - ".join(f"{name}: {value:.4f}" for name, value in figures.items()))
        return figures if return_dict else list(figures.values())

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Mapping[int, float] | None = None,
        *,
        return_dict: bool = False,
    ) -> list[float] | dict[str, float]:
        """One update by one batch; gives the loss, before it, and the metrics, of this batch.

        Args:
            x: One array, or a dict by input name.
            y: Labels, as the loss takes them.
            sample_weight: Weight of each sample's loss.
            class_weight: Weight of a sample's loss by its class index.
            return_dict: Whether the figures come by name.
        """
        self._build_for(x)
        trainer = self._make_trainer()
        figures = trainer.train_on_batch(
            x, y, sample_weight=sample_weight, class_weight=class_weight
        )
        Network._keep(self, trainer.graph)
        return figures if return_dict else list(figures.values())

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, *, return_dict: bool = False
    ) -> list[float] | dict[str, float]:
        """As `evaluate`, on one batch and in one call."""
        figures = self._figures("test_on_batch", x, y, sample_weight, _samples(x), None)
        return figures if return_dict else list(figures.values())

    def _figures(
        self,
        caller: str,
        x: Any,
        y: Any,
        sample_weight: Any,
        batch_size: int | None,
        steps: int | None,
    ) -> dict[str, float]:
        self._build_for(x)
        settings = self._required_settings(caller)
        return train.evaluate(
            self.graph,
            x,
            y,
            loss=settings["loss"],
            metrics=settings["metrics"],
            regularizer=regularizer_of(settings),
            sample_weight=sample_weight,
            batch_size=batch_size,
            steps=steps,
        )

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int | str = 0,
        steps: int | None = None,
    ) -> Array | dict[str, Array]:
        """What the network makes of samples; needs no `compile`.

        Args:
            x: One array, or a dict by input name; a `Dataset`; or an iterator of batches.
            batch_size: Samples a call; the result does not depend on it.
            verbose: Taken for likeness to Keras; nothing is shown.
            steps: Batches to look at; all there are if None.

        Returns:
            An array, the first axis counting samples; a dict by name for several outputs.
        """
        self._build_for(x)
        graph = self.graph
        if self._session is None or self._session[0] is not graph:
            self._session = graph, runtime.compile(graph, check=False)
        return train.predict(graph, x, batch_size=batch_size, steps=steps, session=self._session[1])

    def predict_on_batch(self, x: Any) -> Array | dict[str, Array]:
        """As `predict`, on one batch and in one call."""
        return self.predict(x, batch_size=_samples(x))

    def __call__(self, x: Any) -> Array | dict[str, Array]:
        """As `predict`."""
        if isinstance(x, SymbolicTensor):
            raise UnsupportedError(
                f"{self.name}: a model cannot be a layer of another; call its layers instead"
            )
        return self.predict(x)

    def summary(self, print_fn: Callable[[str], Any] = print) -> None:
        """Prints the layers: kind, output shape, parameters, non-zeros, multiply-accumulates."""
        print_fn(str(summary_table(self)))

    def save(self, path: str | os.PathLike[str], *, include_optimizer: bool = False) -> None:
        """Writes the model to a `.fcnn` file, which replaces an old one as a whole.

        Args:
            path: Where to.
            include_optimizer: Whether training can go on from the file to the same bits.

        Raises:
            OSError: The file cannot be written; an old one is untouched.
        """
        save_model(self, path, include_optimizer=include_optimizer)

    def training_record(self) -> tuple[dict[str, Any], dict[str, Array]] | None:
        """What training needs to go on from here; None where there was no training."""
        if self._trainer is not None:
            return train.training_record(self._trainer)
        if self._stored_training is not None:
            record, tensors = self._stored_training
            return dict(record), dict(tensors)
        return None

    def restore_training(self, record: Mapping[str, Any], tensors: Mapping[str, Array]) -> None:
        """Makes the next `fit` go on from what `training_record` gave."""
        self._stored_training = record, tensors

    def _build_for(self, x: Any) -> None:
        """Makes the graph, where the shape of `x` is all that was missing."""

    def _required_settings(self, caller: str) -> Settings:
        if self.settings is None:
            raise InvalidValueError(
                f"{caller}: the model does not know its loss yet; call "
                "compile(optimizer=..., loss=..., metrics=...) first"
            )
        return self.settings

    def _make_trainer(self) -> Trainer:
        settings = self._required_settings("fit")
        if self._trainer is None:
            trainer = Trainer(
                self.graph,
                optimizer=settings["optimizer"],
                loss=settings["loss"],
                metrics=settings["metrics"],
                regularizer=regularizer_of(settings),
            )
            if self._stored_training is not None:
                train.restore_record(trainer, *self._stored_training)
                self._stored_training = None
            self._trainer = trainer
        return self._trainer

    def _forget_training(self) -> None:
        self._trainer = self._stored_training = None

    def _set_trainable(self, parameters: Sequence[Value], trainable: bool) -> None:
        super()._set_trainable(parameters, trainable)
        self._forget_training()

    def _keep(self, graph: Graph) -> None:
        super()._keep(graph)
        if self._trainer is not None:
            parameters = graph.parameters.items()
            self._trainer.state.set_weights(
                {name: value.data for name, value in parameters if value.data is not None}
            )


def _samples(x: Any) -> int:
    """How many there are, at least 1; what is wrong with them is told elsewhere."""
    first = next(iter(x.values()), ()) if isinstance(x, Mapping) else x
    return max(1, len(first)) if hasattr(first, "__len__") else 1


def _tensors(
    argument: str, given: SymbolicTensor | Sequence[SymbolicTensor]
) -> Sequence[SymbolicTensor]:
    candidates = list(given) if isinstance(given, (list, tuple)) else [given]
    tensors = [tensor for tensor in candidates if isinstance(tensor, SymbolicTensor)]
    if not tensors or len(tensors) < len(candidates):
        raise InvalidValueError(
            f"Model: {argument} must be what layers.Input or a layer gave, or a list of such, "
            f"not {given!r}"
        )
    return tensors
