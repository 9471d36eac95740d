"""Model files: nothing is lost, nothing damaged gets through."""

from __future__ import annotations

import json

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fastcnn.errors import FileFormatError, GraphError, InvalidValueError
from fastcnn.graph import Graph, Traits, file, pruned_data
from fastcnn.graph.tensor_file import MAX_HEADER_BYTES
from fastcnn.ops import Builder
from tests.graph.graphs import sample_graph

EXTRA = {"name": "sample", "list": [1, 2.5, None, True, {"deep": "ä"}]}
TENSORS = {"m": np.arange(6, dtype=np.float64).reshape(2, 3), "flags": np.array([True, False])}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.fcnn"


@pytest.fixture(scope="module")
def content() -> bytes:
    return file.serialize(sample_graph(), extra=EXTRA, tensors=TENSORS)


def header_of(content: bytes) -> dict:
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length])


def with_header(content: bytes, header: dict) -> bytes:
    length = int.from_bytes(content[:8], "little")
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + content[8 + length :]


def with_graph(content: bytes, change) -> bytes:
    """The file with `change` done to its graph as plain data."""
    header = header_of(content)
    graph = json.loads(header["__metadata__"]["graph"])
    change(graph)
    header["__metadata__"]["graph"] = json.dumps(graph)
    return with_header(content, header)


def assert_equal_graphs(a: Graph, b: Graph) -> None:
    assert str(a) == str(b)
    assert [dict(node.attrs) for node in a.nodes] == [dict(node.attrs) for node in b.nodes]
    assert [node.layer for node in a.nodes] == [node.layer for node in b.nodes]
    for name, value in a.values.items():
        other = b.values[name]
        assert (value.type, value.traits) == (other.type, other.traits)
        if value.data is not None:
            assert value.data.tobytes() == other.data.tobytes()


def test_everything_comes_back(path):
    graph = sample_graph()

    file.save(path, graph, extra=EXTRA, tensors=TENSORS)
    loaded, extra, tensors = file.load(path)

    assert_equal_graphs(graph, loaded)
    assert extra == EXTRA
    assert tensors.keys() == TENSORS.keys()
    for name, array in TENSORS.items():
        assert tensors[name].dtype == array.dtype
        np.testing.assert_array_equal(tensors[name], array)


def test_a_graph_without_nodes_comes_back(path):
    g = Builder()
    x = g.input("x", (None, 3))

    file.save(path, g.build([x]))

    loaded, extra, tensors = file.load(path)
    assert [value.name for value in loaded.outputs] == ["x"]
    assert (extra, tensors) == ({}, {})


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(0, 4), max_size=4),
    st.floats(0, 1),
    st.integers(0, 2**31),
)
def test_pruned_numbers_come_back_bit_for_bit(shape, density, seed):
    rng = np.random.default_rng(seed)
    data = np.asarray(rng.standard_normal(shape) * (rng.random(shape) < density), np.float32)
    data = np.where(rng.random(shape) < 0.1, np.float32(-0.0), data)
    g = Builder()
    w = g.parameter("w", data, Traits(pruned=True))

    content = file.serialize(g.build([w]))
    header = header_of(content)
    graph, _, _ = file._parse(content)

    assert graph.parameters["w"].data.tobytes() == data.tobytes()
    nonzero = int(np.count_nonzero(np.asarray(data).reshape(-1).view(np.uint32)))
    dense, packed = 4 * data.size, 4 * nonzero + -(-data.size // 8)
    if packed < dense:
        assert ("bitmap/w" in header) != ("gaps/w" in header)


@settings(max_examples=50, deadline=None)
@given(st.integers(64, 5000), st.floats(0, 0.2), st.integers(0, 2**31))
def test_places_are_kept_in_the_smaller_form(size, density, seed):
    rng = np.random.default_rng(seed)
    data = np.where(rng.random(size) < density, 1, 0).astype(np.float32)

    form, places, values = pruned_data.pack(data)
    back = pruned_data.unpack("w", form, places, values, data.shape, data.dtype)

    np.testing.assert_array_equal(back, data)
    assert places.size <= -(-size // 8)
    if 0.01 < values.size / size < 0.05 and size > 1000:
        assert form == "gaps"
        assert places.size < 1.2 * values.size + 20


def test_few_bytes_do_not_make_a_large_array():
    gaps, values = np.zeros(1, np.uint8), np.ones(1, np.float32)

    with pytest.raises(FileFormatError, match="1 bytes of gaps are too few for 1000000"):
        pruned_data.unpack("w", "gaps", gaps, values, (1000, 1000), np.dtype(np.float32))


@pytest.mark.parametrize(
    ("gaps", "values", "message"),
    [
        ([3, 250], 2, "the gaps marks element 254 of 200 elements"),
        ([3, 4], 3, "marks 2 of 200 elements"),
        ([3, 255], 2, "marks 1 of 200 elements"),
    ],
)
def test_gaps_that_do_not_fit_are_refused(gaps, values, message):
    places, values = np.array(gaps, np.uint8), np.ones(values, np.float32)

    with pytest.raises(FileFormatError, match=message):
        pruned_data.unpack("w", "gaps", places, values, (200,), np.dtype(np.float32))


def test_equal_graphs_make_equal_files(content):
    assert file.serialize(sample_graph(), extra=EXTRA, tensors=TENSORS) == content


def test_other_readers_of_the_format_understand_the_file(content):
    arrays = safetensors.numpy.load(content)

    np.testing.assert_array_equal(arrays["value/dense"], sample_graph().values["dense"].data)
    np.testing.assert_array_equal(arrays["extra/m"], TENSORS["m"])


def test_tensors_of_other_types_are_refused(path):
    with pytest.raises(InvalidValueError, match="'extra/c' is of type complex128"):
        file.save(path, sample_graph(), tensors={"c": np.zeros(2, complex)})

    assert not path.exists()


def test_pruning_makes_the_file_smaller():
    def size_of(traits):
        g = Builder()
        data = np.zeros((100, 100), np.float32)
        data[::10] = 1
        return len(file.serialize(g.build([g.parameter("w", data, traits)])))

    saved = size_of(Traits()) - size_of(Traits(pruned=True))
    assert saved == pytest.approx(40_000 - 4_000 - 1_250, abs=200)


def test_a_file_that_is_cut_short_is_refused(content, path):
    for length in [*range(0, len(content), 97), len(content) - 1]:
        path.write_bytes(content[:length])
        with pytest.raises(FileFormatError, match=r"model\.fcnn"):
            file.load(path)


def test_a_file_that_goes_on_too_long_is_refused(content, path):
    path.write_bytes(content + b"\0")

    with pytest.raises(FileFormatError):
        file.load(path)


@pytest.mark.parametrize("density", [0.1, 0.3], ids=["gaps", "bitmap"])
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    flips=st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 255)), min_size=1, max_size=4)
)
def test_flipped_bits_are_refused_or_harmless(density, flips):
    damaged = bytearray(file.serialize(sample_graph(density=density), extra=EXTRA, tensors=TENSORS))
    for place, mask in flips:
        damaged[place % len(damaged)] ^= mask

    try:
        graph, extra, tensors = file._parse(bytes(damaged))
    except (FileFormatError, GraphError):
        return
    assert isinstance(graph, Graph)
    assert isinstance(extra, dict)
    assert all(isinstance(array, np.ndarray) for array in tensors.values())


def test_every_flipped_byte_of_the_header_is_refused_or_harmless(content):
    length = int.from_bytes(content[:8], "little")
    for place in range(0, 8 + length, 3):
        damaged = bytearray(content)
        damaged[place] ^= 0x15
        try:
            file._parse(bytes(damaged))
        except (FileFormatError, GraphError):
            continue


@pytest.mark.parametrize("declared", [2**63, 2**64 - 1, MAX_HEADER_BYTES + 1, 10**6])
def test_a_length_beyond_the_file_is_refused_before_anything_is_read(declared, content, path):
    path.write_bytes(declared.to_bytes(8, "little") + content[8:])

    with pytest.raises(FileFormatError, match=f"said to be {declared} bytes"):
        file.load(path)


@pytest.mark.parametrize("text", ["[" * 200_000, "{" * 10, '"\\ud800"', "9" * 10_000, "nul"])
def test_headers_that_are_no_json_are_refused(text, path):
    data = text.encode()
    path.write_bytes(len(data).to_bytes(8, "little") + data)

    with pytest.raises(FileFormatError):
        file.load(path)


@pytest.mark.parametrize("name", ["graph", "extra"])
def test_nesting_without_end_is_refused(name, content, path):
    header = header_of(content)
    header["__metadata__"][name] = '{"a":' * 100_000
    path.write_bytes(with_header(content, header))

    with pytest.raises(FileFormatError, match=f"'{name}' is no JSON"):
        file.load(path)


def set_field(place: str, value: object):
    """A change of one field of the graph, such as "nodes.0.op"."""

    def change(graph):
        *outer, last = [int(key) if key.isdigit() else key for key in place.split(".")]
        for key in outer:
            graph = graph[key]
        graph[last] = value

    return change


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("nodes.0.op", "launch", "'launch' is no operation"),
        ("nodes.0.op", "dense", "dense"),
        ("nodes.0.inputs", ["image/ü"], "missing a required argument"),
        ("nodes.0.inputs.0", "nowhere", "'nowhere' before anything defines it"),
        ("nodes.0.inputs.0", 7, "reads 7 before"),
        ("nodes.1.inputs.0", "dense.0", "before anything defines it"),
        ("nodes.0.outputs.0.shape", [None, 5, 2, 2], r"declares .*5, 2, 2.* gives .*4, 2, 2"),
        ("nodes.0.outputs.0.shape", [None, 4, 2], r"declares"),
        ("nodes.0.outputs.0.shape", [-1], "extents from 0"),
        ("nodes.0.outputs.0.shape", [2**40], "extents from 0"),
        ("nodes.0.outputs.0.shape", [1] * 9, "up to 8 extents"),
        ("nodes.0.outputs.0.dtype", "complex64", "element type"),
        ("nodes.0.outputs.0.name", "kernel", "defines 'kernel' twice"),
        ("nodes.0.name", "clip", "two nodes are named 'clip'"),
        ("nodes.0.attrs.strides", [0, 1], "strides"),
        ("nodes.0.attrs.strides", "ab", "strides"),
        ("nodes.0.attrs.groups", 2**70, "attribute 'groups'"),
        ("nodes.0.attrs.groups", {"a": 1}, "attribute 'groups'"),
        ("nodes.0.attrs.groups", True, "attribute 'groups'"),
        ("nodes.0.attrs.more", 1, "more"),
        ("nodes.0.attrs.self", 1, "self"),
        ("nodes.0.attrs", [], "'attrs' must be of kind dict"),
        ("nodes.0", 3, "lacks the field"),
        ("nodes", {}, "'nodes' must be of kind list"),
        ("data.0.traits.l1", -1.0, "'l1' must be a number of at least 0"),
        ("data.0.traits.l1", float("nan"), "'l1'"),
        ("data.0.traits.trainable", 1, "'trainable' must be of kind bool"),
        ("data.0.traits", 3, "'traits' must be of kind dict"),
        ("data.0.name", "other", "numbers of 'other' are missing"),
        ("data.0.shape", [None, 1, 3, 3], "its shape is open"),
        ("data.0.shape", [2**31 - 1] * 4, "bitmap of"),
        ("data.0.shape", [4, 1, 3, 4], "the bitmap of 48 elements must be 6 bytes"),
        ("data.0.shape", [3, 4, 1, 3], "conv2d"),
        ("data.0.dtype", "int32", "bitmap marks"),
        ("data.1.dtype", "int32", "its numbers are float32"),
        ("outputs", ["gone"], "'gone' before"),
        ("updates", [["offset"]], "a pair of names"),
        ("updates", [["offset", "kernel"]], "cannot become"),
        ("updates", [["bias", "bias"]], "update"),
    ],
)
def test_graphs_that_make_no_sense_are_refused(place, value, message, content, path):
    path.write_bytes(with_graph(content, set_field(place, value)))

    with pytest.raises(FileFormatError, match=message):
        file.load(path)


@pytest.mark.parametrize("field", ["inputs", "data", "nodes", "outputs", "updates"])
def test_a_graph_without_one_of_its_parts_is_refused(field, content, path):
    path.write_bytes(with_graph(content, lambda graph: graph.pop(field)))

    with pytest.raises(FileFormatError, match=f"lacks the field '{field}'"):
        file.load(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda metadata: metadata.update(format="other"), "does not say"),
        (lambda metadata: metadata.update(version="2"), "version '2'.*update FastCNN"),
        (lambda metadata: metadata.pop("graph"), "'graph' is missing"),
        (lambda metadata: metadata.update(extra="[]"), "'extra' is no object"),
    ],
)
def test_metadata_that_does_not_fit_is_refused(change, message, content, path):
    header = header_of(content)
    change(header["__metadata__"])
    path.write_bytes(with_header(content, header))

    with pytest.raises(FileFormatError, match=message):
        file.load(path)


def test_a_bitmap_that_marks_too_many_elements_is_refused(content, path):
    header = header_of(content)
    start, _ = header["bitmap/kernel"]["data_offsets"]
    place = 8 + int.from_bytes(content[:8], "little") + start
    path.write_bytes(content[:place] + b"\xff" + content[place + 1 :])

    with pytest.raises(FileFormatError, match="'kernel': the bitmap marks"):
        file.load(path)


def test_what_is_no_model_is_refused(path):
    path.write_bytes(np.random.default_rng(0).bytes(5000))

    with pytest.raises(FileFormatError, match=r"model\.fcnn"):
        file.load(path)


def test_a_file_that_is_not_there_is_an_os_error(path):
    with pytest.raises(FileNotFoundError):
        file.load(path)


def test_extra_that_json_cannot_hold_is_refused_before_writing(path):
    with pytest.raises(InvalidValueError, match="extra cannot be written"):
        file.save(path, sample_graph(), extra={"a": object()})

    assert not path.exists()
