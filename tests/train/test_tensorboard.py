"""Event files as protocol buffers, and as TensorBoard itself reads them."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from fastcnn.errors import InvalidValueError
from fastcnn.train.callbacks import TensorBoard
from fastcnn.train.event_file import EventFile, crc32c
from tests.train.nets import blobs, trainer

X, Y = blobs()
FIELDS = {
    "Event": [
        ("wall_time", 1, "DOUBLE", None),
        ("step", 2, "INT64", None),
        ("file_version", 3, "STRING", None),
        ("summary", 5, "MESSAGE", ".events.Summary"),
    ],
    "Summary": [("value", 1, "MESSAGE", ".events.Value")],
    "Value": [("tag", 1, "STRING", None), ("simple_value", 2, "FLOAT", None)],
}


def event_type():
    """`Event` of TensorFlow's event.proto, as far as scalars go."""
    pytest.importorskip("google.protobuf")
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(name="events.proto", package="events")
    kind = descriptor_pb2.FieldDescriptorProto
    for name, fields in FIELDS.items():
        message = file.message_type.add(name=name)
        for field, number, type_, of in fields:
            label = kind.LABEL_REPEATED if field == "value" else kind.LABEL_OPTIONAL
            message.field.add(
                name=field, number=number, type=getattr(kind, f"TYPE_{type_}"), type_name=of,
                label=label,
            )  # fmt: skip
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("events.Event"))


def records(path: Path):
    """The data of each record, lengths and checks compared."""
    content = path.read_bytes()
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        data = content[12 : 12 + length]
        for checked, at in ((content[:8], 8), (data, 12 + length)):
            (masked,) = struct.unpack("<I", content[at : at + 4])
            rotated = (masked - 0xA282EAD8) % 2**32
            assert (rotated << 15 | rotated >> 17) % 2**32 == crc32c(checked)
        yield data
        content = content[16 + length :]


def read(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Steps and figures by tag."""
    (path,) = folder.iterdir()
    assert ".tfevents." in path.name
    first, *events = [event_type().FromString(data) for data in records(path)]
    assert first.file_version == "brain.Event:2"
    figures: dict[str, list[tuple[int, float]]] = {}
    for event in events:
        assert event.wall_time >= first.wall_time > 1e9
        for value in event.summary.value:
            figures.setdefault(value.tag, []).append((event.step, value.simple_value))
    return figures


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (b"123456789", 0xE3069283),
    ],
)
def test_the_check_is_that_of_rfc_3720(data, crc):
    assert crc32c(data) == crc


def test_every_figure_of_every_epoch_is_there(tmp_path):
    history = trainer().fit(
        X, Y, epochs=3, validation_split=0.2, callbacks=[TensorBoard(tmp_path)], verbose=0
    )

    train, validation = read(tmp_path / "train"), read(tmp_path / "validation")
    assert list(train) == ["epoch_loss", "epoch_accuracy", "epoch_learning_rate"]
    assert list(validation) == ["epoch_loss", "epoch_accuracy"]
    for figures, prefix in ((train, ""), (validation, "val_")):
        steps, values = zip(*figures["epoch_loss"], strict=True)
        assert steps == (0, 1, 2)
        assert values == pytest.approx(history.history[f"{prefix}loss"])


def test_batches_are_written_if_asked(tmp_path):
    trainer().fit(X, Y, batch_size=10, callbacks=[TensorBoard(tmp_path, 2)], verbose=0)

    figures = read(tmp_path / "train")
    assert [step for step, _ in figures["batch_loss"]] == [2, 4, 6]


def test_numbers_of_several_bytes(tmp_path):
    file = EventFile(tmp_path)
    file.write({"tag" * 100: 1.5}, 2**40 + 300)
    file.close()

    assert read(tmp_path) == {"tag" * 100: [(2**40 + 300, 1.5)]}


def test_a_frequency_that_is_none_is_refused():
    with pytest.raises(InvalidValueError, match="update_freq is 0"):
        TensorBoard(update_freq=0)


def test_tensorboard_reads_the_files(tmp_path):
    accumulators = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    history = trainer().fit(X, Y, epochs=2, callbacks=[TensorBoard(tmp_path)], verbose=0)

    events = accumulators.EventAccumulator(str(tmp_path / "train"))
    events.Reload()

    losses = [event.value for event in events.Scalars("epoch_loss")]
    assert losses == pytest.approx(history.history["loss"])
