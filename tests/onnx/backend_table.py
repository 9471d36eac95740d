"""Cases of the backend tests that do not pass, by pattern, and what passes without a kernel.

Every operator that CNNs use passes. What stands here needs a kind of value or of graph that FastCNN
does not have; a pattern matches cases that fail and no others.
"""

from __future__ import annotations

NOT_PASSED = {
    # Kinds of values
    r"^test_cast(like)?_.*(FLOAT8|FLOAT4|INT4|INT2)": "types of less than 8 bits, and float8",
    r"^test_(de)?quantizelinear_(e4m3fn|e5m2|float4e2m1|u?int[24])(_|$)": "the same",
    r"^test_quantizelinear_u?int16_": "quantised to 16 bits",
    r"_uint64_": "uint64, which int64 cannot hold",
    r"^test_bitwise_\w+_ui64_": "uint64",
    r"^test_bitcast_(float64|uint16|uint32)_": "bits of types that become others",
    r"^test_operator_add(constant|_broadcast|_size1_(right|singleton)_broadcast)_": "float64 "
    "beyond what float32 can hold",
    r"^test_(equal_string|regex_full_match|string_|strnorm)": "texts",
    r"^test_(sequence|split_to_sequence)_": "sequences and optional values",
    r"^test_optional_(get|has)_element_(optional|sequence|tensor_input|empty_optional)": "the same",
    r"^test_(identity|if)_(opt|seq|sequence)_": "sequences and optional values",
    # Kinds of graphs
    r"^test_(if|loop11|loop13_seq|loop16_seq_none)_cpu": "control flow",
    r"^test_scan(9)?_": "control flow",
    r"^test_linear_attention_": "control flow: the operator is defined by a Scan",
    r"^test_affine_grid_": "control flow: the operator is defined by an If",
    r"^test_range_\w+_expanded": "control flow: the operator is written as a Loop",
    r"^test_not_[234]d_": "opset 1",
    r"^test_scatter_with": "an operator that opset 11 took out",
    # Shapes that depend on numbers
    r"^test_(compress|nonmaxsuppression|nonzero|unique|image_decoder)_": "as many as there are",
    r"^test_maxunpool_export_with_output_shape_": "no shape by ONNX's own inference",
    r"^test_stft_": "another shape by ONNX's own inference",
    # Other domains
    r"^test_(adagrad|adam|momentum|nesterov_momentum|gradient_of)_": "operators of training",
    r"^test_ai_onnx_ml_": "operators of classical machine learning",
    r"^test_flexattention_(?!.*expanded)": "operators of a preview",
    # Numbers
    r"^test_bernoulli_": "random numbers, other ones at each run",
    r"^test_resize_downsample_scales_(cubic|linear)_align_corners_": "ONNX's own reference takes "
    "the size before it is rounded; other runtimes do not",
}

ON_NUMPY = {
    "onnx_reference": "what no op expresses: other kinds of networks, 3-D pools, quantised numbers",
    "cast": "to and from integers of 8 and 16 bits, and bool",
    **dict.fromkeys(
        ("add", "subtract", "multiply", "divide", "minimum", "maximum", "power", "pad"),
        "of integers",
    ),
    **dict.fromkeys(("reduce_max", "reduce_min"), "of bool"),
    **dict.fromkeys(("cos", "sin", "top_k"), "no kernel"),
    "fill": "no kernel; its result is a constant where its shape is",
}
"""Ops that some case runs on their NumPy references: this list may only become shorter."""
