"""Shape rules: what they refuse, and that the message says why."""

from __future__ import annotations

import inspect

import pytest

from fastcnn.errors import DTypeError, InvalidValueError, ShapeError, UnsupportedError
from fastcnn.graph import Type
from fastcnn.ops import get, infer, names
from tests.ops.cases import cases

WINDOW = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "groups": 1}
POOL = {"kernel_size": (2, 2), "strides": (2, 2), "pads": (0, 0, 0, 0)}
X, W, B = Type((None, 4, 8, 8)), Type((6, 4, 3, 3)), Type((6,))
C = Type((4,))
LABELS = Type((None,), "int32")
VECTOR, SCALAR = Type((3,), "int64"), Type((), "int64")
HELD = {"l1": 0.0, "l2": 0.0, "hold_zeros": 0}
SGD = {"momentum": 0.9, "nesterov": 0, **HELD}

REFUSED = [
    ("conv2d", (X, W, Type((5,))), WINDOW, ShapeError, r"conv2d: b must have shape \[6\]"),
    ("conv2d", (Type((None, 3, 8, 8)), W, B), WINDOW, ShapeError, r"x must have shape \[\?, 4,"),
    ("conv2d", (Type((None, 4, 8)), W, B), WINDOW, ShapeError, "x must have 4 axes"),
    ("conv2d", (X, W, B), {**WINDOW, "groups": 4}, ShapeError, "groups must divide"),
    ("conv2d", (X, W, B), {**WINDOW, "groups": 0}, InvalidValueError, "groups .* at least 1"),
    ("conv2d", (X, W, B), {**WINDOW, "strides": (0, 1)}, InvalidValueError, "strides"),
    ("conv2d", (X, W, B), {**WINDOW, "strides": [1, 1]}, InvalidValueError, "strides"),
    ("conv2d", (X, W, B), {**WINDOW, "strides": (1, 1, 1)}, InvalidValueError, "tuple of 2"),
    ("conv2d", (X, W, B), {**WINDOW, "pads": (0, 0, 0, -1)}, InvalidValueError, "pads"),
    ("conv2d", (X, W, B), {**WINDOW, "dilations": (4, 4)}, ShapeError, "spans 9 pixels, .* only 8"),
    ("conv2d", (X, W, B), {**WINDOW, "activation": "gelu"}, InvalidValueError, "not 'gelu'"),
    ("conv2d", (X, W), WINDOW, InvalidValueError, "missing a required argument: 'b'"),
    ("conv2d", (X, W, B), {**WINDOW, "bias": 1}, InvalidValueError, "unexpected .* 'bias'"),
    ("conv2d", (X, W, B, Type((None, 6, 6, 5))), WINDOW, ShapeError, "residual"),
    ("conv2d", (Type(X.shape, "int32"), W, B), WINDOW, DTypeError, "x must be float32"),
    (
        "conv2d_backward_data",
        (Type((None, 6, 5, 6)), W),
        {**WINDOW, "input_size": (8, 8)},
        ShapeError,
        "grad_y",
    ),
    (
        "conv2d_backward_weights",
        (Type((None, 6, 6, 6)), Type((None, 5, 8, 8))),
        {**WINDOW, "groups": 2, "kernel_size": (3, 3)},
        ShapeError,
        "x must have shape",
    ),
    ("dense", (Type((None, 3)), Type((4, 5)), Type((5,))), {}, ShapeError, "w must have shape"),
    ("dense", (Type((None, 4)), Type((4, 5)), Type((4,))), {}, ShapeError, "b must have shape"),
    ("channel_sum", (Type((5,)),), {}, ShapeError, "2 axes or more"),
    ("max_pool2d", (X,), {**POOL, "pads": (2, 0, 0, 0)}, InvalidValueError, "smaller than"),
    ("max_pool2d", (X,), {**POOL, "kernel_size": (9, 2)}, ShapeError, "spans 9 pixels"),
    ("max_pool2d_backward", (X, X, X), POOL, ShapeError, "grad_y must have shape"),
    ("average_pool2d", (X,), {**POOL, "count_include_pad": 2}, InvalidValueError, "from 0 to 1"),
    ("global_average_pool2d_backward", (X,), {"input_size": (8, 8)}, ShapeError, "grad_y"),
    ("add", (X, Type((None, 4, 8, 7))), {}, ShapeError, "do not fit"),
    ("add", (X, Type((None, 3, 1, 1))), {}, ShapeError, "do not fit"),
    ("add", (X, Type(X.shape, "float64")), {}, DTypeError, "b, like a, must be float32"),
    ("multiply", (Type((2,), "bool"),) * 2, {}, DTypeError, "must be numbers"),
    ("where", (X, X, X), {}, DTypeError, "condition must be bool"),
    ("prelu", (Type((2, 1)), Type((2, 3))), {}, ShapeError, "slope must broadcast"),
    ("matmul", (Type((2, 3)), Type((2, 3))), {}, ShapeError, "3 columns, b has 2 rows"),
    ("gelu", (X,), {"approximate": "sin"}, InvalidValueError, "one of none, tanh"),
    ("cast", (X,), {"dtype": "complex64"}, InvalidValueError, "dtype must be one of"),
    ("gather", (X, X), {"axis": 0}, DTypeError, "indices must be int32 or int64"),
    ("squeeze", (X,), {"axes": (1,)}, ShapeError, "axis 1 of x must have extent 1"),
    ("squeeze", (X,), {"axes": (1, 1)}, InvalidValueError, "each once"),
    ("expand", (X,), {"shape": (3, 8, 8)}, ShapeError, "do not fit"),
    ("tile", (X,), {"repeats": (1, 2)}, ShapeError, "one repeat an axis"),
    ("pad", (X,), {"pads": (0,) * 4}, ShapeError, "two pads an axis"),
    ("pad", (X,), {"pads": (0,) * 8, "mode": "mirror"}, InvalidValueError, "mode must be one of"),
    ("pad", (X,), {"pads": (0, -3, 0, 0, 0, -2, 0, 0)}, ShapeError, "crop more than"),
    ("depth_to_space", (X,), {"block_size": 3, "mode": "DCR"}, ShapeError, "multiple of 9"),
    ("space_to_depth", (X,), {"block_size": 3}, ShapeError, "multiple of 3"),
    ("reduce_sum", (X,), {"axes": (4,), "keepdims": 0}, InvalidValueError, "from 0 to 3"),
    ("argmax", (Type((2, 0)),), {}, ShapeError, "must not be empty"),
    ("top_k", (X,), {"k": 5, "axis": 1, "largest": 1, "sorted": 1}, ShapeError, "has 4"),
    ("resize", (X,), {"sizes": (1, 4, 8)}, InvalidValueError, "one of sizes and scales"),
    ("resize", (X,), {"sizes": (1, 4, 8, 8), "coordinates": "c"}, InvalidValueError, "coord"),
    ("resize", (X,), {"scales": (1.0, 1.0, 0.1, 1.0)}, InvalidValueError, "leave nothing"),
    ("range", (LABELS, LABELS, LABELS), {}, ShapeError, "start must have 0 axes"),
    ("fill", (), {"shape": (-1,), "value": 0.0, "dtype": "bool"}, InvalidValueError, "at least 0"),
    ("reshape", (X, LABELS), {}, DTypeError, "shape must be int64"),
    ("reshape", (X, Type((None,), "int64")), {}, ShapeError, "number of integers in shape must"),
    ("slice", (X, *(Type((2,), "int64"),) * 2), {"axis": 0}, ShapeError, "one integer"),
    (
        "conv2d_transpose",
        (Type((1, 6, 2, 2)), Type((6, 4, 3, 3)), Type((4,))),
        {**WINDOW, "pads": (2, 2, 2, 2)},
        ShapeError,
        "leave nothing",
    ),
    ("max_pool2d", (X,), {**POOL, "ceil_mode": 2}, InvalidValueError, "ceil_mode"),
    ("clip", (X,), {"low": 1.0, "high": 0.0}, InvalidValueError, "high must be .* at least 1.0"),
    ("leaky_relu", (X,), {"alpha": "a"}, InvalidValueError, "alpha must be a number"),
    ("scale", (X,), {"factor": float("nan")}, InvalidValueError, "factor"),
    ("dropout", (X,), {"rate": 1.0, "seed": 0}, InvalidValueError, "rate must be below 1"),
    ("dropout", (X,), {"rate": 0.5, "seed": -1}, InvalidValueError, "seed"),
    ("dropout_train", (X, Type(())), {"rate": 0.5, "seed": 0}, DTypeError, "step must be int32"),
    ("softmax", (Type((4,)),), {}, InvalidValueError, "axis must be"),
    ("batch_norm", (X, B, B, B, B), {"epsilon": 0.1, "momentum": 0.9}, ShapeError, "gamma"),
    ("batch_norm_train", (X, Type((4,)), Type((4,))), {"epsilon": -1.0}, InvalidValueError, "eps"),
    ("batch_norm_train", (X, C, C, W), {"epsilon": 0.1}, ShapeError, "residual"),
    ("batch_norm_backward", (X, X, C, C, C), {"activation": "relu"}, InvalidValueError, "beta"),
    ("batch_norm_backward", (X, X, C, C, C, C), {}, InvalidValueError, "beta given"),
    ("batch_norm_backward", (X, X, C, C, C, B), {"activation": "relu"}, ShapeError, "beta must"),
    ("moving_average", (B, B), {"momentum": 1.5}, InvalidValueError, "from 0.0 to 1.0"),
    ("reshape", (X,), {"shape": (0, 255)}, ShapeError, "cannot become"),
    ("reshape", (X,), {"shape": (-1, -1)}, InvalidValueError, "-1 once"),
    ("reshape", (X,), {"shape": (0, 4, 8, 8, 0)}, ShapeError, "copies axis 4"),
    ("reshape", (X,), {"shape": (0, -2)}, InvalidValueError, "at least -1"),
    ("transpose", (X,), {"perm": (0, 1, 2, 2)}, InvalidValueError, "each axis from 0 to 3 once"),
    ("concat", (X, Type((None, 2, 8, 7))), {"axis": 1}, ShapeError, "input 1"),
    ("concat", (X,), {"axis": 4}, InvalidValueError, "axis .* from 0 to 3"),
    ("concat", (), {"axis": 0}, InvalidValueError, "one input or more"),
    ("slice", (X,), {"axis": 1, "start": 2, "stop": 3, "step": 0}, InvalidValueError, "step"),
    ("slice_backward", (X,), {"axis": 1, "start": 2, "size": 5}, InvalidValueError, r"\[2, 6\)"),
    ("pad2d", (X,), {"pads": (-4, 0, -4, 0), "value": 0.0}, ShapeError, "leave nothing"),
    ("sparse_softmax_cross_entropy", (Type((None, 3)), Type((None,))), {}, DTypeError, "labels"),
    ("sparse_cross_entropy", (Type((2, 3)), LABELS), {"epsilon": 0.6}, InvalidValueError, "0.5"),
    (
        "sparse_softmax_cross_entropy",
        (Type((None, 3)), Type((None, 3), "int32")),
        {},
        ShapeError,
        "labels must have shape",
    ),
    ("squared_error", (X, B), {"factor": 1.0}, ShapeError, "targets, like x,"),
    ("penalty", (B,), {"l1": -1.0, "l2": 0.0}, InvalidValueError, "l1 .* at least 0.0"),
    ("top_k_correct", (Type((2, 3)), LABELS), {"k": 0}, InvalidValueError, "k .* at least 1"),
    ("sgd_update", (B, B, Type((5,)), Type(())), SGD, ShapeError, "velocity, like w,"),
    ("sgd_update", (B, B, B, Type((1,))), SGD, ShapeError, "lr must have 0 axes"),
    ("sgd_update", (B, B, B, Type(())), {**SGD, "nesterov": True}, InvalidValueError, "nesterov"),
    ("no_such_op", (X,), {}, UnsupportedError, "'no_such_op' is no operation"),
]


@pytest.mark.parametrize(
    ("op", "types", "attrs", "error", "message"),
    REFUSED,
    ids=[f"{row[0]}-{i}" for i, row in enumerate(REFUSED)],
)
def test_what_does_not_fit_is_refused_with_the_reason(op, types, attrs, error, message):
    with pytest.raises(error, match=message) as raised:
        infer(op, types, attrs)

    assert op in str(raised.value)


ANY_TYPE = {  # of one input, or of inputs whose types need not agree
    *("abs", "negative", "sign", "argmax", "argmin", "cast", "concat", "depth_to_space"),
    *(
        "onnx_reference",
        "expand",
        "fill",
        "flatten",
        "gather",
        "pad",
        "reshape",
        "resize",
        "shape_of",
        "slice",
    ),
    *("space_to_depth", "squeeze", "tile", "top_k", "transpose", "unsqueeze"),
    *(name for name in names() if name.startswith("reduce_") and "log" not in name),
} - {"reduce_mean_backward"}


@pytest.mark.parametrize("op", sorted(set(names()) - ANY_TYPE))
def test_other_types_are_refused_where_one_is_asked(op, rng):
    case = cases(op)[0]
    types = [Type(array.shape, array.dtype.name) for array in case.inputs(rng)]

    for i, type_ in enumerate(types):
        other = "float32" if type_.dtype == "int32" else "int32"
        wrong = [*types[:i], Type(type_.shape, other), *types[i + 1 :]]
        with pytest.raises(DTypeError, match=f"^{op}: "):
            infer(op, wrong, case.attrs)


@pytest.mark.parametrize("op", names())
def test_an_attribute_that_is_missing_is_named(op, rng):
    case = cases(op)[0]
    types = [Type(array.shape, array.dtype.name) for array in case.inputs(rng)]

    optional = {
        name
        for name, parameter in inspect.signature(get(op).infer).parameters.items()
        if parameter.default is not parameter.empty
    }
    for name in case.attrs.keys() - optional:
        rest = {key: value for key, value in case.attrs.items() if key != name}
        with pytest.raises(InvalidValueError, match=f"^{op}: .*'{name}'"):
            infer(op, types, rest)


@pytest.mark.parametrize(
    ("op", "inputs", "attrs", "expected"),
    [
        ("conv2d", (W, B), {**WINDOW, "strides": (2, 2)}, (None, 6, None, None)),
        ("max_pool2d", (), POOL, (None, 4, None, None)),
        ("average_pool2d", (), {**POOL, "count_include_pad": 1}, (None, 4, None, None)),
        ("global_average_pool2d", (), {}, (None, 4, 1, 1)),
        ("pad2d", (), {"pads": (1, 1, 1, 1), "value": 0.0}, (None, 4, None, None)),
        ("relu", (), {}, (None, 4, None, None)),
        ("transpose", (), {"perm": (0, 2, 3, 1)}, (None, None, None, 4)),
        ("concat", (Type((None, 3, None, None)),), {"axis": 1}, (None, 7, None, None)),
        ("concat", (Type((2, 4, None, 5)),), {"axis": 0}, (None, 4, None, 5)),
        ("reshape", (), {"shape": (2, 128)}, (2, 128)),
        ("reshape", (), {"shape": (0, 4, -1)}, (None, 4, None)),
        ("reshape", (VECTOR,), {}, (None,) * 3),
        ("flatten", (), {"axis": 1}, (None, None)),
        ("unsqueeze", (), {"axes": (0, 5)}, (1, None, 4, None, None, 1)),
        ("squeeze", (), {"axes": (2, 3)}, (None, 4)),
        ("slice", (), {"axis": 2, "start": 1, "stop": -1}, (None, 4, None, None)),
        ("slice", (SCALAR,), {"axis": 1, "start": 0}, (None, None, None, None)),
        ("slice", (), {"axis": 1, "start": 9, "stop": -9, "step": -2}, (None, 2, None, None)),
        ("gather", (Type((), "int64"),), {"axis": 1}, (None, None, None)),
        ("expand", (), {"shape": (2, 1, 1, 4, 1)}, (2, None, 4, 4, None)),
        ("expand", (VECTOR,), {}, (None, 4, None, None)),
        ("tile", (), {"repeats": (1, 2, 3, 1)}, (None, 8, None, None)),
        ("pad", (), {"pads": (0, 1, 2, 3, 0, 1, 2, 3)}, (None, 6, None, None)),
        ("pad", (Type((8,), "int64"),), {}, (None,) * 4),
        ("resize", (), {"sizes": (1, 4, 9, 9)}, (1, 4, 9, 9)),
        ("resize", (), {"scales": (1.0, 1.0, 2.0, 2.0)}, (None, 4, None, None)),
        ("resize", (Type((4,), "int64"),), {}, (None,) * 4),
        ("depth_to_space", (), {"block_size": 2, "mode": "CRD"}, (None, 1, None, None)),
        ("space_to_depth", (), {"block_size": 2}, (None, 16, None, None)),
        ("shape_of", (), {"start": 1}, (3,)),
        ("reduce_mean", (), {"axes": (2, 3), "keepdims": 1}, (None, 4, 1, 1)),
        ("reduce_mean", (), {}, ()),
        ("reduce_mean", (VECTOR,), {"keepdims": 1}, (None,) * 4),
        ("reduce_mean", (VECTOR,), {"keepdims": 0}, (None,)),
        ("argmax", (), {"axis": 2}, (None, 4, None)),
        ("softmax", (), {"axis": 3}, (None, 4, None, None)),
        ("add", (Type((4, 1, 1)),), {}, (None, 4, None, None)),
        ("add", (Type((2, None, 5, None)),), {}, (2, 4, 5, None)),
        ("max_pool2d", (), {**POOL, "dilations": (2, 2), "ceil_mode": 1}, (None, 4, None, None)),
        ("instance_norm", (Type((4,)), Type((4,))), {"epsilon": 0.1}, (None, 4, None, None)),
        (
            "conv2d_transpose",
            (Type((4, 2, 3, 3)), Type((2,))),
            {**WINDOW, "output_padding": (1, 0)},
            (None, 2, None, None),
        ),
    ],
)
def test_an_unknown_image_size_stays_unknown(op, inputs, attrs, expected):
    image = Type((None, 4, None, None))

    (output,) = infer(op, (image, *inputs), attrs)

    assert output.shape == expected


def test_a_known_extent_fills_in_an_unknown_one():
    (output,) = infer("add", (Type((None, 4)), Type((3, None))), {})

    assert output.shape == (3, 4)


def test_the_registry_refuses_a_name_it_does_not_know():
    with pytest.raises(UnsupportedError, match=r"'Relu' is no operation; known: .*relu"):
        get("Relu")
