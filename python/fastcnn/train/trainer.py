"""The trainer: from a graph and data to a better graph."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from fastcnn import random, runtime
from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph
from fastcnn.layers.regularizers import Regularizer
from fastcnn.train import evaluation, losses, optimizers
from fastcnn.train.batches import (
    Augmentation,
    Batches,
    Feeds,
    Preparation,
    open_batches,
    read_batch,
    split_data,
)
from fastcnn.train.callbacks import Callback, CallbackList, History, ProgressBar
from fastcnn.train.fit import Fit
from fastcnn.train.losses.loss import Loss
from fastcnn.train.means import Means
from fastcnn.train.metrics.metric import Metric
from fastcnn.train.optimizers.optimizer import Optimizer
from fastcnn.train.registry import Config
from fastcnn.train.schedules.schedule import Schedule
from fastcnn.train.schedules.spanning import Spanning
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
        self.current_fit: Fit | None = None
        """How far the call of `fit` that runs has come."""
        self._graph = graph
        self._step: runtime.Step | None = None
        self._step_graphs: dict[bool, Graph] = {}
        self._schedule = self.optimizer.rate
        arrays = {
            old.name: old.data.copy()
            for old, _ in self.step_graph(weighted=False).updates
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
        return self.rate(self.state.epoch)

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        if not 0 <= rate < math.inf:
            raise InvalidValueError(f"learning_rate: is {rate}, it must be at least 0")
        self.state.learning_rate = float(rate)

    def fit(
        self,
        x: Any,
        y: Any = None,
        *,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Sequence[Callback] = (),
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
        augment: Augmentation | Sequence[Augmentation] | None = None,
        workers: int | None = None,
        memory_limit: int | None = None,
        winograd: bool = True,
        device: str = "cpu",
        precision: str = "float32",
        model: Any = None,
    ) -> History:
        """Trains.

        Args:
            x: One array, or a dict by input name; a `Dataset`; or an iterator or iterable of
                batches (x, y) or (x, y, sample_weight). The latter two give y themselves.
            y: Labels, as the loss takes them.
            batch_size: Samples an update; 32 if None. The last batch of an epoch may be smaller.
            epochs: The epoch to end before, counted from 0.
            verbose: 0 shows nothing, 1 or "auto" a live bar on a terminal and lines elsewhere, 2 a
                line an epoch.
            callbacks: Told how training goes.
            validation_split: The last share of the samples to validate on rather than train.
            validation_data: (x, y) or (x, y, sample_weight), a `Dataset`, or an iterator, to
                validate on; wins over the split.
            shuffle: Whether each epoch has an order of its own; an iterator has the order it has.
            class_weight: Weight of a sample's loss by its class index.
            sample_weight: Weight of each sample's loss.
            initial_epoch: The epoch to begin with.
            steps_per_epoch: Batches an epoch; all there are if None.
            validation_steps: Batches to validate on; all there are if None.
            validation_batch_size: Samples a call when validating.
            validation_freq: Epochs from one validation to the next.
            augment: What is done to each batch of images [N, H, W, C] before it is trained on, one
                augmentation or several in turn; see `fastcnn.augment`. Validation sees the images
                as they are.
            workers: Threads that read and augment batches while the step runs; 0: none. By default
                one for an iterator, and as many as run the step for a `Dataset` and for `augment`.
                The result does not depend on it.
            memory_limit: Bytes that the activations and gradients of an update may take; where they
                would take more, activations are computed again, which changes no bit and costs a
                part of the forward pass.
            winograd: Whether 3x3 convolutions and their gradients may run by Winograd's algorithm:
                faster, with about twice the rounding error. For the CPU.
            device: "cpu" or "cuda": where updates and validation run. Weights and the optimizer's
                arrays stay there, and come back at the end of each epoch or where a callback
                looks at them.
            precision: "float32"; on "cuda" also "tf32" or "bfloat16": what the factors of products,
                forward and backward, are rounded to. Sums, weights and updates are float32.
            model: What callbacks are to see as `model`; its `save` writes this trainer's weights.

        Returns:
            Every figure of every epoch.

        Raises:
            DataError: The data cannot be used; nothing was trained, or, where only a batch of a
                `Dataset` or an iterator showed it, nothing after the batch before.
            TrainingError: The loss or a weight became infinite or NaN; the trainer is back at
                the end of the last good epoch.
            UnsupportedError: The device or the precision is not there, or a node has no kernel on
                it.
        """
        batch_size = 32 if batch_size is None else batch_size
        if validation_batch_size is None:
            validation_batch_size = batch_size
        for name, value, least in (
            ("batch_size", batch_size, 1),
            ("validation_batch_size", validation_batch_size, 1),
            ("epochs", epochs, 0),
            ("initial_epoch", initial_epoch, 0),
            ("validation_freq", validation_freq, 1),
            ("workers", workers or 0, 0),
            ("memory_limit", 1 if memory_limit is None else memory_limit, 1),
        ):
            if value < least:
                raise InvalidValueError(f"fit: {name} is {value}, it must be at least {least}")
        how = Preparation(
            batch_size,
            steps_per_epoch,
            shuffle=shuffle,
            class_weight=class_weight,
            augment=augment,
            workers=workers,
        )
        given, held = split_data(
            self._graph, self.loss, (x, y, sample_weight), validation_data, validation_split
        )
        batches = open_batches(self._graph, self.loss, given, how)
        validate = None
        if held is not None:
            caller = "fit: validation_data"
            how = Preparation(
                validation_batch_size, validation_steps, workers=workers, caller=caller
            )
            batches_held = open_batches(self._graph, self.loss, held, how)
            validate = partial(self._measure, batches_held, device=device, precision=precision)

        history = History()
        bars = [ProgressBar(False if verbose == 2 else None)] if verbose else []
        calls = CallbackList([*bars, history, *callbacks])
        calls.prepare(
            self,
            model,
            {
                "epochs": epochs,
                "initial_epoch": initial_epoch,
                "steps": batches.steps,
                "samples": batches.samples,
                "batch_size": batches.batch_size,
                "verbose": int(bool(verbose)),
            },
        )
        self.stop_training = False
        self.current_fit = Fit(
            self,
            batches,
            calls,
            initial_epoch=initial_epoch,
            epochs=epochs,
            validate=validate,
            validation_freq=validation_freq,
            compile_step=partial(
                self.compile_step,
                weighted=batches.weighted,
                memory_limit=memory_limit,
                winograd=winograd,
                device=device,
                precision=precision,
            ),
        )
        try:
            self.current_fit.run()
        finally:
            self.current_fit = None
            calls.close()
        return history

    def train_on_batch(
        self,
        x: Any,
        y: Any,
        *,
        sample_weight: Any = None,
        class_weight: Mapping[int, float] | None = None,
    ) -> dict[str, float]:
        """One update by one batch; gives the loss, before it, and the metrics, by name.

        A schedule that is as long as a fit stays at its first rate.

        Args:
            x: One array, or a dict by input name.
            y: Labels, as the loss takes them.
            sample_weight: Weight of each sample's loss.
            class_weight: Weight of a sample's loss by its class index.
        """
        how = Preparation(1, class_weight=class_weight, caller="train_on_batch")
        size, feeds = read_batch(self._graph, self.loss, (x, y, sample_weight), how)
        if self._step is None or self._step.state is not self.state.arrays:
            self._step = self.compile_step(weighted=True)
        rate = self.rate(self.state.epoch)
        self.state.step += 1
        means = self.new_means()
        means.add(self._step.run(self.with_scalars(feeds, rate)), size)
        return means.logs()

    def evaluate(
        self,
        x: Any,
        y: Any = None,
        *,
        batch_size: int | None = None,
        sample_weight: Any = None,
        steps: int | None = None,
        workers: int | None = None,
    ) -> dict[str, float]:
        """Loss and metrics by name, with the weights of now; see `train.evaluate`."""
        how = evaluation.preparation("evaluate", batch_size, steps, workers)
        return self._measure(open_batches(self._graph, self.loss, (x, y, sample_weight), how))

    def predict(
        self,
        x: Any,
        *,
        batch_size: int | None = None,
        steps: int | None = None,
        workers: int | None = None,
    ) -> Array | dict[str, Array]:
        """The outputs for many samples, with the weights of now; see `train.predict`."""
        return evaluation.predict(
            self.graph, x, batch_size=batch_size, steps=steps, workers=workers
        )

    def state_dict(self) -> dict[str, Any]:
        """Everything that later training follows from; see `TrainingState.to_dict`."""
        return self.state.to_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes back to, or on from, what `state_dict` gave."""
        self.state.load_dict(state)

    def rate(self, epoch: int) -> float:
        """The learning rate of the next update, as one of this epoch."""
        if self.state.learning_rate is not None:
            return self.state.learning_rate
        schedule = self._schedule
        return schedule(self.state.step, epoch) if isinstance(schedule, Schedule) else schedule

    def spread_schedule(self, steps: tuple[int, int] | None) -> None:
        """Fills in what the schedule leaves open; see `Schedule.spread`. None: nothing is known.

        Raises:
            InvalidValueError: The schedule is as long as the fit, whose length is not known.
        """
        schedule = self.optimizer.rate
        if steps is None and isinstance(schedule, Spanning) and schedule.steps is None:
            raise InvalidValueError(
                f"fit: {type(schedule).__name__} is as long as the fit, and an iterator does not "
                f"tell how long that is; give steps_per_epoch, or {schedule.length}"
            )
        if isinstance(schedule, Schedule) and steps is not None:
            schedule = schedule.spread(*steps)
        self._schedule = schedule

    def step_graph(self, *, weighted: bool) -> Graph:
        """The training step; see `training_graph`."""
        if weighted not in self._step_graphs:
            self._step_graphs[weighted] = training_graph(
                evaluation.regularized(self._graph, self.regularizer),
                self.optimizer,
                self.loss,
                self.metrics,
                weighted=weighted,
            )
        return self._step_graphs[weighted]

    def compile_step(
        self,
        *,
        weighted: bool,
        memory_limit: int | None = None,
        winograd: bool = True,
        device: str = "cpu",
        precision: str = "float32",
    ) -> runtime.Step:
        """A step that works on the state of now, which from here on is the trainer's state."""
        graph = self.step_graph(weighted=weighted).with_data(self.state.arrays)
        step = runtime.compile_step(
            graph,
            device=device,
            precision=precision,
            memory_limit=memory_limit,
            winograd=winograd,
        )
        self.state.arrays = step.state
        return step

    def with_scalars(self, feeds: Feeds, rate: float) -> Feeds:
        """What a step takes: the batch, the learning rate and the number of the update."""
        scalars = {LEARNING_RATE: np.float32(rate), STEP: np.int32(self.state.step)}
        return feeds | {name: np.asarray(scalar) for name, scalar in scalars.items()}

    def new_means(self) -> Means:
        """For the results of steps."""
        keys = [value.name for value in self.step_graph(weighted=False).outputs]
        return Means(keys, self.metrics)

    def _measure(
        self, batches: Batches, device: str = "cpu", precision: str = "float32"
    ) -> dict[str, float]:
        graph = evaluation.regularized(self.graph, self.regularizer)
        return evaluation.evaluate_batches(
            graph, batches, self.loss, self.metrics, device=device, precision=precision
        )
