"""What a larger model knows, beside what the labels say."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph, Type, Value
from fastcnn.graph import file as graph_file
from fastcnn.ops import Builder
from fastcnn.passes import for_inference
from fastcnn.train.losses.emit import sum_of_sample
from fastcnn.train.losses.loss import Loss, losses
from fastcnn.typing import Array


@losses.register("distillation")
@dataclass(frozen=True)
class Distillation(Loss):
    """A mix of the loss by the labels and of the distance from what a teacher says.

        loss = alpha true(y, p) + (1 - alpha) T^2 sum over c of q[c] log(q[c] / p_T[c])
        q = softmax(teacher's logits / T),  p_T = softmax(logits / T)

    The teacher is part of the compiled step: it sees what the model sees, augmentation included, in
    its inference form. The factor T^2 keeps the two gradients in proportion.

    Args:
        teacher: The file of a trained model with the same input and classes. It is read whenever a
            step is made.
        loss: The true loss, by name or object.
        alpha: Its share, in [0, 1].
        temperature: T; the higher, the more the unlikely classes count.

    Shape:
        prediction: [N, C], after a softmax or logits. labels: as the true loss takes them.

    Source:
        Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015.
    """

    name: ClassVar[str] = "distillation"

    teacher: str = "teacher.fcnn"
    loss: Any = "sparse_categorical_crossentropy"
    alpha: float = 0.1
    temperature: float = 3.0

    def __post_init__(self) -> None:
        is_path = isinstance(self.teacher, str | os.PathLike)
        self.require(is_path, "teacher", "the path of a saved model: save it and give its path")
        object.__setattr__(self, "teacher", os.fspath(self.teacher))
        object.__setattr__(self, "loss", losses.get(self.loss))
        self.require(0 <= self.alpha <= 1, "alpha", "in [0, 1]")
        self.require(self.temperature > 0, "temperature", "positive")

    @property
    def true(self) -> Loss:
        """The loss by the labels, never as a name."""
        assert isinstance(self.loss, Loss)
        return self.loss

    def target_type(self, prediction: Type) -> Type:
        return self.true.target_type(prediction)

    def check(self, y: Array, prediction: Type) -> Array:
        return self.true.check(y, prediction)

    def probabilities(self, g: Builder, prediction: Value) -> Value:
        return self.true.probabilities(g, prediction)

    def emit(self, g: Builder, prediction: Value, target: Value, logits: Value | None) -> Value:
        student = prediction if logits is None else logits
        teacher = _emit_teacher(g, self.teacher)
        if teacher.type != student.type:
            raise InvalidValueError(
                f"{self.name}: the teacher gives {teacher.type}, the model {student.type}; they "
                "must have the same classes"
            )
        cold = g.apply("scale", teacher, factor=1 / self.temperature)
        q, log_q = g.apply("softmax", cold, axis=1), g.apply("log_softmax", cold, axis=1)
        entropy = sum_of_sample(g, g.apply("multiply", q, log_q))
        scores = g.apply("scale", student, factor=1 / self.temperature)
        distance = g.apply("add", g.apply("softmax_cross_entropy", scores, q), entropy)
        soft = g.apply("scale", distance, factor=(1 - self.alpha) * self.temperature**2)
        hard = self.true.emit(g, prediction, target, logits)
        return g.apply("add", g.apply("scale", hard, factor=float(self.alpha)), soft)


def _emit_teacher(g: Builder, path: str) -> Value:
    """Appends the teacher's nodes on the model's inputs; gives its logits."""
    try:
        graph = _read(path, os.stat(path).st_mtime_ns)
    except OSError as error:
        raise InvalidValueError(
            f"distillation: the teacher '{path}' cannot be read ({error.strerror}); put the file "
            "there, or compile the model with another loss"
        ) from error
    known: dict[str, Value] = {}
    for theirs, ours in zip(graph.inputs, g.inputs, strict=False):
        if theirs.type != ours.type:
            raise InvalidValueError(
                f"distillation: the teacher '{path}' takes {theirs.type}, the model {ours.type}"
            )
        known[theirs.name] = ours

    def find(value: Value) -> Value:
        if value.name not in known:
            assert value.data is not None
            known[value.name] = g.constant(f"teacher/{value.name}", value.data)
        return known[value.name]

    for node in graph.nodes:
        inputs = [find(value) for value in node.inputs]
        attrs: dict[str, Any] = dict(node.attrs)
        outputs = g.apply_all(node.op, *inputs, name=f"teacher/{node.name}", **attrs)
        known |= {old.name: new for old, new in zip(node.outputs, outputs, strict=True)}
    (output,) = graph.outputs
    producer = graph.producer(output)
    if producer is not None and producer.op == "softmax":
        output = producer.inputs[0]
    return find(output)


@lru_cache(maxsize=1)
def _read(path: str, changed: int) -> Graph:
    """The teacher in inference form, read again once its file has changed."""
    graph, _, _ = graph_file.load(path)
    if len(graph.outputs) != 1:
        raise InvalidValueError(
            f"distillation: the teacher '{path}' has {len(graph.outputs)} outputs, it must have 1"
        )
    inference, _ = for_inference(graph)
    return inference
