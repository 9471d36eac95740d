"""Arguments outside their limits are refused by layer, value, limit and remedy."""

from __future__ import annotations

import numpy as np
import pytest

from fastcnn import layers
from fastcnn.errors import FastcnnError, InvalidValueError, ShapeError, UnsupportedError

BAD = [
    (lambda: layers.Conv2D(0, 3), InvalidValueError, "Conv2D: filters .* from 1 .* 0"),
    (lambda: layers.Conv2D(2.5, 3), InvalidValueError, "Conv2D: filters .* 2.5"),
    (lambda: layers.Conv2D(True, 3), InvalidValueError, "Conv2D: filters .* True"),
    (lambda: layers.Conv2D(4, (3, 3, 3)), InvalidValueError, "kernel_size .* two"),
    (lambda: layers.Conv2D(4, "3"), InvalidValueError, "kernel_size .* '3'"),
    (lambda: layers.Conv2D(4, 3, strides=0), InvalidValueError, "strides .* 0"),
    (lambda: layers.Conv2D(4, 3, padding="full"), InvalidValueError, "'valid' or 'same'.* 'full'"),
    (lambda: layers.Conv2D(4, 3, dilation_rate=-1), InvalidValueError, "dilation_rate .* -1"),
    (lambda: layers.Conv2D(4, 3, groups=3), InvalidValueError, "multiple of groups.* 4 and 3"),
    (lambda: layers.Conv2D(4, 3, activation="gule"), UnsupportedError, "'gule'.*relu6"),
    (
        lambda: layers.Conv2D(4, 3, activation=layers.Dense(3)),
        UnsupportedError,
        "a layer without weights",
    ),
    (lambda: layers.Conv2D(4, 3, name=""), InvalidValueError, "name must be"),
    (lambda: layers.Conv2D(4, 3, trainable=1), InvalidValueError, "trainable must be"),
    (lambda: layers.Conv2D(4, 3, data_format="nhwc"), InvalidValueError, "data_format.*'nhwc'"),
    (lambda: layers.DepthwiseConv2D(3, depth_multiplier=0), InvalidValueError, "depth_multiplier"),
    (lambda: layers.Dense(-1), InvalidValueError, "Dense: units .* -1"),
    (lambda: layers.Dense(3, name="head", activation=1), UnsupportedError, "Dense 'head'"),
    (lambda: layers.MaxPooling2D(0), InvalidValueError, "MaxPooling2D: pool_size .* 0"),
    (lambda: layers.AveragePooling2D(2, padding=1), InvalidValueError, "padding must be"),
    (lambda: layers.GlobalMaxPooling2D(keepdims=1), InvalidValueError, "keepdims must be"),
    (lambda: layers.Dropout(1.0), InvalidValueError, "rate must be .* below 1.* 1.0"),
    (lambda: layers.Dropout(-0.1), InvalidValueError, "rate must be"),
    (lambda: layers.Dropout(float("nan")), InvalidValueError, "rate must be"),
    (lambda: layers.Dropout(0.1, seed=-1), InvalidValueError, "seed must be"),
    (lambda: layers.ReLU(max_value=-1), InvalidValueError, "max_value must be .* -1"),
    (lambda: layers.ReLU(threshold=1.0), UnsupportedError, "threshold 1.0 is not supported"),
    (lambda: layers.LeakyReLU(-0.1), InvalidValueError, "negative_slope must be"),
    (lambda: layers.BatchNormalization(momentum=1.5), InvalidValueError, "momentum must be"),
    (lambda: layers.BatchNormalization(epsilon=-1.0), InvalidValueError, "epsilon must be"),
    (lambda: layers.Concatenate(axis=0), InvalidValueError, "axis must be .* the batch"),
    (lambda: layers.Reshape((-1, -1)), InvalidValueError, "at most one -1"),
    (lambda: layers.Reshape((0, 3)), InvalidValueError, "at least 1, or -1"),
    (lambda: layers.Reshape(3), InvalidValueError, "target_shape must be a tuple"),
    (lambda: layers.ZeroPadding2D((1, 2, 3)), InvalidValueError, "padding must be"),
    (lambda: layers.ZeroPadding2D(-1), InvalidValueError, "padding must be .* -1"),
    (lambda: layers.Conv1D(4, (3, 3)), InvalidValueError, "Conv1D: kernel_size must be an integer"),
    (lambda: layers.Conv1D(4, 3, groups=3), InvalidValueError, "multiple of groups.* 4 and 3"),
    (lambda: layers.Conv1D(4, 3, padding="full"), InvalidValueError, "or 'causal', it is 'full'"),
    (lambda: layers.Conv2D(4, 3, padding="causal"), InvalidValueError, "'valid' or 'same', it"),
    (
        lambda: layers.Conv2DTranspose(4, 3, (3, 2), output_padding=2),
        InvalidValueError,
        r"output_padding must be less than the strides \(3, 2\), it is 2",
    ),
    (lambda: layers.Cropping2D((1, 2, 3)), InvalidValueError, "cropping must be an integer"),
    (lambda: layers.Cropping2D(-1), InvalidValueError, "cropping must be .* -1"),
    (lambda: layers.UpSampling2D(0), InvalidValueError, "size must be .* 0"),
    (lambda: layers.UpSampling2D(interpolation="cubic"), InvalidValueError, "or 'bilinear', it is"),
    (lambda: layers.GroupNormalization(0), InvalidValueError, "groups must be .* 0"),
    (lambda: layers.LayerNormalization(epsilon=-1), InvalidValueError, "epsilon must be .* -1"),
    (lambda: layers.LayerScale("small"), InvalidValueError, "init_values must be a number"),
    (lambda: layers.ELU(-1), InvalidValueError, "alpha must be .* -1"),
    (lambda: layers.GELU(1), InvalidValueError, "approximate must be True or False, it is 1"),
    (
        lambda: layers.Permute((1, 3)),
        InvalidValueError,
        r"dims must be the axes .*\(1, 3\)",
    ),
    (lambda: layers.SpatialDropout2D(1.0), InvalidValueError, "rate must be .* below 1.* 1.0"),
    (lambda: layers.GlobalAveragePooling1D(keepdims=1), InvalidValueError, "keepdims must be"),
    (lambda: layers.Input(28), InvalidValueError, r"tuple such as \(28, 28, 1\)"),
    (lambda: layers.Input(()), InvalidValueError, "1 to 4 axes"),
    (lambda: layers.Input((0, 3)), InvalidValueError, "integers of at least 1"),
    (lambda: layers.Input((3,), batch_size=4), UnsupportedError, "batch_size 4 cannot be fixed"),
    (lambda: layers.Input((3,), dtype="float16"), UnsupportedError, "float32.*'float16'"),
]


@pytest.mark.parametrize(("make", "error", "message"), BAD)
def test_bad_arguments_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


MISFITS = [
    (lambda: layers.Dense(3), (4, 4, 1), ShapeError, r"Dense: needs .* 2 axes.*Flatten\(\)"),
    (lambda: layers.Dense(3), (None,), ShapeError, "number of features must be known"),
    (lambda: layers.Conv2D(3, 3), (8, 8), ShapeError, r"Conv2D: needs .* 4 axes.*x\[..., None\]"),
    (lambda: layers.Conv2D(3, 3), (8, 8, None), ShapeError, "number of channels must be known"),
    (lambda: layers.Conv2D(3, 9), (8, 8, 1), ShapeError, "Conv2D: .*8, 8, 1.*spans 9 pixels"),
    (lambda: layers.Conv2D(4, 3, groups=2), (8, 8, 3), InvalidValueError, "3 channels.*groups = 2"),
    (
        lambda: layers.Conv2D(4, 3, strides=2, padding="same"),
        (None, None, 3),
        ShapeError,
        "size of the image, which is open",
    ),
    (lambda: layers.MaxPooling2D(), (8,), ShapeError, "MaxPooling2D: needs an input of 4 axes"),
    (lambda: layers.GlobalMaxPooling2D(), (8,), ShapeError, "needs an input of 4 axes"),
    (lambda: layers.ZeroPadding2D(), (8,), ShapeError, "needs an input of 4 axes"),
    (lambda: layers.Reshape((5, 5)), (8,), ShapeError, "Reshape: .*8"),
    (
        lambda: layers.Conv1D(3, 3),
        (8, 8, 1),
        ShapeError,
        r"an input of 3 axes.*x\[..., None\]",
    ),
    (lambda: layers.Conv1D(3, 3, groups=3), (8, 4), InvalidValueError, "4 channels.*groups = 3"),
    (lambda: layers.Conv2DTranspose(3, 3), (8, 8), ShapeError, "needs an input of 4 axes"),
    (lambda: layers.Cropping2D(4), (8, 8, 3), ShapeError, "leave nothing of"),
    (lambda: layers.UpSampling2D(), (8,), ShapeError, "needs an input of 4 axes"),
    (lambda: layers.SpatialDropout2D(0.5), (8,), ShapeError, "needs an input of 4 axes"),
    (lambda: layers.GlobalAveragePooling1D(), (8,), ShapeError, "needs an input of 3 axes"),
    (lambda: layers.GroupNormalization(3), (8, 8, 4), ShapeError, "they are 3 and 4"),
    (lambda: layers.LayerNormalization(axis=1), (8, 8, 3), ShapeError, "last axis .* axis is 1"),
    (lambda: layers.PReLU(shared_axes=3), (8, 4), ShapeError, "from 1 to 2 .* they are 3"),
    (lambda: layers.PReLU(), (None, 4), ShapeError, "axis 1, or shared, must be known"),
    (lambda: layers.Permute((2, 1)), (8, 8, 3), ShapeError, "must name 3 axes"),
    (lambda: layers.Softmax(axis=1), (8, 8, 3), ShapeError, "last axis .* axis is 1"),
    (lambda: layers.BatchNormalization(axis=1), (8, 8, 3), ShapeError, "last axis .* axis is 1"),
    (
        lambda: layers.Dense(3, kernel_initializer="he"),
        (8,),
        InvalidValueError,
        "'he' is no initializer.*he_normal",
    ),
    (
        lambda: layers.Dense(3, kernel_regularizer="l3"),
        (8,),
        InvalidValueError,
        "'l3' is no regularizer.*L1L2",
    ),
]


@pytest.mark.parametrize(("make", "shape", "error", "message"), MISFITS)
def test_inputs_that_do_not_fit_are_refused(make, shape, error, message):
    with pytest.raises(error, match=message):
        make()(layers.Input(shape))


@pytest.mark.parametrize("shapes", [((4, 4, 1), (4, 5, 1)), ((4,), (4, 4, 1))])
@pytest.mark.parametrize("make", [layers.Add, layers.Multiply, layers.Concatenate])
def test_tensors_of_other_shapes_cannot_be_joined(make, shapes):
    with pytest.raises(FastcnnError, match=make.__name__):
        make()([layers.Input(shape) for shape in shapes])


@pytest.mark.parametrize("axis", [4, -4])
def test_concatenation_along_an_axis_that_is_not_there_is_refused(axis):
    x = layers.Input((4, 4, 1))

    with pytest.raises(ShapeError, match=f"axis must be from -3 to 3 .* it is {axis}"):
        layers.Concatenate(axis=axis)([x, x])


def test_layers_refuse_arrays_and_say_what_to_do():
    with pytest.raises(InvalidValueError, match=r"not on ndarray; .*predict\(\)"):
        layers.Dense(3)(np.zeros((1, 4)))


def test_layers_refuse_the_wrong_number_of_inputs():
    x = layers.Input((4,))

    with pytest.raises(InvalidValueError, match=r"Add: takes a list of two .* given 1"):
        layers.Add()([x])
    with pytest.raises(InvalidValueError, match="Subtract: takes two tensors, it was given 3"):
        layers.Subtract()([x, x, x])
    with pytest.raises(InvalidValueError, match=r"Dense: takes one tensor, .* given 2"):
        layers.Dense(3)([x, x])


def test_a_layer_that_could_not_take_its_input_takes_another():
    layer = layers.Conv2D(3, 9)
    with pytest.raises(ShapeError):
        layer(layers.Input((8, 8, 1)))

    y = layer(layers.Input((9, 9, 2)))

    assert y.shape == (None, 1, 1, 3)


def test_an_initializer_of_the_wrong_shape_is_refused():
    class Wrong(layers.initializers.Initializer):
        def __call__(self, shape, rng):
            return np.zeros(3)

    with pytest.raises(ShapeError, match=r"initializer of kernel gave shape \(3,\), not \(4, 2\)"):
        layers.Dense(2, kernel_initializer=Wrong())(layers.Input((4,)))
