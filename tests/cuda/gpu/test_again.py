"""Tests that the emulator passes, once more on a device, where there is one."""

from __future__ import annotations

import pytest

from tests.cuda.test_device_arrays import (  # noqa: F401
    session,
    test_a_capsule_is_taken_once_and_deleted_once,
    test_a_mix_is_refused,
    test_a_read_only_array_is_no_output,
    test_addresses_that_vectors_cannot_be_read_at_are_copied,
    test_an_empty_array_has_no_pointer,
    test_an_input_that_is_also_a_result_is_copied,
    test_an_offset_and_strides_of_a_capsule_count,
    test_interfaces_that_are_taken,
    test_outputs_share_no_memory_with_inputs,
    test_several_inputs_and_outputs_go_by_name,
    test_what_an_export_cannot_do_is_a_buffer_error,
    x,
)
from tests.cuda.test_operators import (  # noqa: F401
    test_convolutions_at_the_edges_of_tiles,
    test_gradients_of_convolutions_at_the_edges_of_tiles,
    test_operators_equal_their_references,
    test_sums_that_are_cut_into_parts,
)
from tests.cuda.test_session import (  # noqa: F401
    test_a_model_gives_what_it_gives_on_the_cpu,
    test_a_network_of_the_zoo_gives_what_it_gives_on_the_cpu,
    test_an_empty_batch_is_legal,
    test_every_node_without_a_kernel_is_named,
    test_results_go_where_the_caller_wants_them,
)
from tests.cuda.test_step import (  # noqa: F401
    test_a_pruned_model_keeps_its_zeros,
    test_batch_normalisation_depthwise_and_concatenation_train_as_on_the_cpu,
    test_dropout_and_penalties_train_as_on_the_cpu,
    test_mnist_trains_as_on_the_cpu,
    test_parameters_may_become_what_others_were,
    test_state_that_is_written_between_runs_counts,
    test_what_is_around_an_optimizer_works_as_on_the_cpu,
)
from tests.cuda.test_tensor import (  # noqa: F401
    test_a_model_gives_about_what_it_gives_on_the_cpu,
    test_convolutions_and_gradients_at_the_edges_of_tiles,
    test_fully_connected_transposed_and_finished,
    test_gradients_by_weights_at_the_edges_of_tiles,
    test_gradients_by_weights_of_fully_connected_layers,
    test_large_tiles,
    test_not_a_number_and_infinity_reach_what_reads_them,
    test_operands_are_rounded_no_more_than_the_type_says,
    test_training_gives_about_what_it_gives_in_float32,
)

pytestmark = pytest.mark.gpu
