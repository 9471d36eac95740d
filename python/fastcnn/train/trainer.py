"""The trainer: from a graph and data to a better graph."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastcnn import random, runtime
from fastcnn.errors import DataError, InvalidValueError, TrainingError
from fastcnn.graph import Graph
from fastcnn.layers.regularizers import Regularizer
from fastcnn.train import evaluation, losses, optimizers
from fastcnn.train.batches import Batches, Feeds, epoch_order
from fastcnn.train.callbacks import Callback, CallbackList, History, ProgressBar
from fastcnn.train.data import Samples, class_weights, read_samples
from fastcnn.train.losses.loss import Loss
from fastcnn.train.means import Means
from fastcnn.train.metrics.metric import Metric
from fastcnn.train.optimizers.optimizer import Optimizer
from fastcnn.train.registry import Config
from fastcnn.train.schedules.schedule import Schedule
from fastcnn.train.state import TrainingState
from fastcnn.train.step_graph import LEARNING_RATE, STEP, training_graph
from fastcnn.typing import Array


class Trainer:
    """Trains the parameters of a graph.

    The result depends on the graph, the data, the arguments and the seed alone: not on the number
    of threads, nor on what is shown.

    Args:
        graph: In inference form, one output. Left as it is.
        optimizer: By name or object.
        loss: By name or object.
        metrics: By name or object.
        regularizer: Penalty on every kernel that has none of its own.
        seed: Decides the order of samples; None draws it from `fastcnn.random`.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        optimizer: str | Optimizer | Config = "rmsprop",
        loss: str | Loss | Config,
        metrics: Sequence[str | Metric | Config] = (),
        regularizer: str | Regularizer | None = None,
        seed: int | None = None,
    ) -> None:
        self.optimizer = optimizers.get(optimizer)
        self.loss = losses.get(loss)
        self.metrics = evaluation.get_metrics(metrics)
        self.regularizer = regularizer
        self.stop_training = False
        """Set by a callback to end training after the present batch or epoch."""
        self._graph = graph
        self._step_graphs: dict[bool, Graph] = {}
        self._schedule = self.optimizer.rate
        arrays = {
            old.name: old.data.copy()
            for old, _ in self._step_graph(weighted=False).updates
            if old.data is not None
        }
        if seed is None:
            seed = int(random.generator("shuffle").integers(2**63))
        self.state = TrainingState(arrays, graph.parameters, seed)
        """Weights, the optimizer's arrays, and the counts of updates and epochs done."""

    @property
    def graph(self) -> Graph:
        """The graph with the weights of now."""
        return self._graph.with_data(self.state.get_weights())

    @property
    def learning_rate(self) -> float:
        """The rate of the next update. What is set stays, whatever a schedule says."""
        return self._rate(self.state.epoch)

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        if not 0 <= rate < math.inf:
            raise InvalidValueError(f"learning_rate: is {rate}, it must be at least 0")
        self.state.learning_rate = float(rate)

    def fit(
        self,
        x: Any,
        y: Any,
        *,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Sequence[Callback] = (),
        validation_split: float = 0.0,
        validation_data: Sequence[Any] | None = None,
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        validation_batch_size: int | None = None,
        model: Any = None,
    ) -> History:
        """Trains.

        Args:
            x: One array, or a dict by input name.
            y: Labels, as the loss takes them.
            batch_size: Samples an update; 32 if None. The last batch of an epoch may be smaller.
            epochs: The epoch to end before, counted from 0.
            verbose: 0 shows nothing, 1 or "auto" a live bar on a terminal and lines elsewhere, 2 a
                line an epoch.
            callbacks: Told how training goes.
            validation_split: The last share of the samples to validate on rather than train.
            validation_data: (x, y) or (x, y, sample_weight) to validate on; wins over the split.
            shuffle: Whether each epoch has an order of its own.
            class_weight: Weight of a sample's loss by its class index.
            sample_weight: Weight of each sample's loss.
            initial_epoch: The epoch to begin with.
            validation_batch_size: Samples a call when validating.
            model: What callbacks are to see as `model`; its `save` writes this trainer's weights.

        Returns:
            Every figure of every epoch.

        Raises:
            DataError: The data cannot be used; nothing was trained.
            TrainingError: The loss or a weight became infinite or NaN; the trainer is back at
                the end of the last good epoch.
        """
        batch_size = 32 if batch_size is None else batch_size
        if validation_batch_size is None:
            validation_batch_size = batch_size
        for name, value, least in (
            ("batch_size", batch_size, 1),
            ("validation_batch_size", validation_batch_size, 1),
            ("epochs", epochs, 0),
            ("initial_epoch", initial_epoch, 0),
        ):
            if value < least:
                raise InvalidValueError(f"fit: {name} is {value}, it must be at least {least}")
        samples = read_samples(self._graph, self.loss, x, y, sample_weight=sample_weight)
        validation = self._read_validation(validation_data)
        if validation is None and validation_split:
            samples, validation = samples.split(validation_split)
        if class_weight is not None:
            samples = samples.weighted(class_weights(samples.target, class_weight))

        batches = Batches(samples, batch_size)
        self._spread_schedule(len(batches), initial_epoch, epochs)
        step = self._compile(weighted=samples.weight is not None)
        history = History()
        bars = [ProgressBar(False if verbose == 2 else None)] if verbose else []
        calls = CallbackList([*bars, history, *callbacks])
        calls.prepare(
            self,
            model,
            {
                "epochs": epochs,
                "initial_epoch": initial_epoch,
                "steps": len(batches),
                "samples": len(samples),
                "batch_size": batch_size,
                "verbose": int(bool(verbose)),
            },
        )

        self.stop_training = False
        logs: dict[str, float] = {}
        try:
            calls.train_begin()
            good = self.state.to_dict()
            for epoch in range(initial_epoch, epochs):
                calls.epoch_begin(epoch)
                order = epoch_order(len(samples), self.state.seed, self.state.epoch, shuffle)
                try:
                    logs = self._run_epoch(step, batches.run(order), epoch, calls)
                except TrainingError:
                    self.state.load_dict(good)
                    raise
                self.state.epoch += 1
                good = self.state.to_dict()
                if validation is not None:
                    figures = self._measure(validation, validation_batch_size)
                    logs |= {f"val_{name}": value for name, value in figures.items()}
                calls.epoch_end(epoch, logs)
                if self.stop_training:
                    break
            calls.train_end(logs)
        finally:
            calls.close()
        return history

    def evaluate(
        self, x: Any, y: Any, *, batch_size: int | None = None, sample_weight: Any = None
    ) -> dict[str, float]:
        """Loss and metrics by name, with the weights of now; see `train.evaluate`."""
        samples = read_samples(
            self._graph, self.loss, x, y, sample_weight=sample_weight, caller="evaluate"
        )
        return self._measure(samples, batch_size)

    def predict(self, x: Any, *, batch_size: int | None = None) -> Array | dict[str, Array]:
        """The outputs for many samples, with the weights of now; see `train.predict`."""
        return evaluation.predict(self.graph, x, batch_size=batch_size)

    def state_dict(self) -> dict[str, Any]:
        """Everything that later training follows from; see `TrainingState.to_dict`."""
        return self.state.to_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes back to, or on from, what `state_dict` gave."""
        self.state.load_dict(state)

    def _run_epoch(
        self,
        step: runtime.Step,
        batches: Iterator[tuple[int, Feeds]],
        epoch: int,
        calls: CallbackList,
    ) -> dict[str, float]:
        """Trains on every batch; gives the means."""
        keys = [value.name for value in self._step_graph(weighted=False).outputs]
        means = Means(keys, ["loss", *(metric.name for metric in self.metrics)])
        for number, (size, feeds) in enumerate(batches):
            rate = self._rate(epoch)
            feeds[LEARNING_RATE][...] = rate
            self.state.step += 1
            feeds[STEP][...] = self.state.step
            loss = means.add(step.run(feeds), size)
            if not math.isfinite(loss):
                raise _diverged(f"the loss became {loss} in batch {number + 1}", epoch, rate)
            if calls.wants_batches:
                calls.batch_end(number, means.logs())
                if self.stop_training:
                    break
        name = self.state.not_finite()
        if name:
            raise _diverged(f"'{name}' is no longer finite after the last batch", epoch, rate)
        return means.logs()

    def _rate(self, epoch: int) -> float:
        if self.state.learning_rate is not None:
            return self.state.learning_rate
        schedule = self._schedule
        return schedule(self.state.step, epoch) if isinstance(schedule, Schedule) else schedule

    def _spread_schedule(self, batches: int, initial_epoch: int, epochs: int) -> None:
        schedule = self.optimizer.rate
        if isinstance(schedule, Schedule):
            begin = max(0, self.state.step - initial_epoch * batches)
            end = self.state.step + (epochs - initial_epoch) * batches
            schedule = schedule.spread(begin, end - begin)
        self._schedule = schedule

    def _step_graph(self, *, weighted: bool) -> Graph:
        if weighted not in self._step_graphs:
            self._step_graphs[weighted] = training_graph(
                evaluation.regularized(self._graph, self.regularizer),
                self.optimizer,
                self.loss,
                self.metrics,
                weighted=weighted,
            )
        return self._step_graphs[weighted]

    def _compile(self, *, weighted: bool) -> runtime.Step:
        """A step that works on the state of now, which from here on is the trainer's state."""
        step = runtime.Step(self._step_graph(weighted=weighted).with_data(self.state.arrays))
        self.state.arrays = step.state
        return step

    def _read_validation(self, given: Sequence[Any] | None) -> Samples | None:
        if given is None:
            return None
        if len(given) not in (2, 3):
            raise DataError(
                f"fit: validation_data has {len(given)} parts, it must be (x, y) or "
                "(x, y, sample_weight)"
            )
        x, y, *weight = given
        return read_samples(
            self._graph,
            self.loss,
            x,
            y,
            sample_weight=weight[0] if weight else None,
            caller="fit: validation_data",
        )

    def _measure(self, samples: Samples, batch_size: int | None) -> dict[str, float]:
        graph = evaluation.regularized(self.graph, self.regularizer)
        return evaluation.evaluate_samples(graph, samples, self.loss, self.metrics, batch_size)


def _diverged(what: str, epoch: int, rate: float) -> TrainingError:
    return TrainingError(
        f"fit: {what} of epoch {epoch + 1}, at learning rate {rate:g}; the trainer is back at the "
        "end of the last good epoch. Lower the learning rate, warm it up, or scale the inputs"
    )
