"""Frozen layers: which can be, who updates the others, what is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.spec.plans import NETWORK, plan, said
from tui_nn.spec.network import tensors

DEEP = ("Linear(2, 4)", "Tanh()", "Linear(4, 4)", "Tanh()", "Linear(4, 1)")
NORMED = ("Linear(2, 4)", "Residual(BatchNorm1d(4), Linear(4, 4))", "Linear(4, 1)")


def test_nothing_is_frozen_and_nothing_is_written_down_unless_asked_for() -> None:
    found = plan()
    assert (found.experiment.train.freeze, found.frozen) == ((), frozenset())
    assert "freeze" not in found.experiment.table["train"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("[7]", "there is no layer 7: layers with parameters: 0, 2"),
        ("[1]", "layer 1, Tanh(), has no parameters to freeze: layers with parameters: 0, 2"),
        ("[0, 2]", "freezes every layer that has parameters: nothing is left to train: "
                   "leave out 2"),
        ("[0, 0]", "one stands there twice"),
        ("[-1]", "it must be at least 0"),
        ("[true]", "not a whole number"),
        ("0", "not a list: write a list of different layer numbers, from 0 on"),
    ],
)  # fmt: skip
def test_what_cannot_be_frozen_is_refused_with_a_way_out(value: str, words: str) -> None:
    found = said(f"train.freeze={value}")
    assert found.startswith("command line: train.freeze: ")
    assert words in found


def test_the_only_layer_with_parameters_cannot_be_frozen() -> None:
    assert said("train.freeze=[0]", network=("Linear(2, 1)",)).endswith("to train: write []")


def test_a_frozen_residual_freezes_all_inside_it() -> None:
    found = plan("train.freeze=[1]", network=NORMED)
    assert found.frozen == {"1.0.weight", "1.0.bias", "1.1.weight", "1.1.bias"}


def test_muon_keeps_to_hidden_layers_though_the_last_one_is_frozen() -> None:
    found = plan('optimizer=["Muon()", "AdamW()"]', "train.freeze=[4]", network=DEEP)
    assert found.shares == (("0.weight", "2.weight"), ("0.bias", "2.bias"))


def test_an_optimizer_whose_parameters_are_all_frozen_is_refused() -> None:
    found = said('optimizer=["Muon()", "AdamW()"]', "train.freeze=[0]")
    assert found == (
        "command line: optimizer[0]: Muon finds no weight matrix of a hidden Linear layer that "
        "isn't frozen: take it out, or freeze less"
    )


def test_batch_norms_statistics_go_on_and_that_is_said() -> None:
    [notice] = plan("train.freeze=[1]", network=NORMED).notices
    assert notice == (
        "layer 1 is frozen, but the running mean and variance of BatchNorm1d go on following "
        "the batches, as in torch"
    )
    assert not plan("train.freeze=[0]", network=NORMED).notices
    assert not plan("train.freeze=[0]", network=NETWORK).notices


@given(st.sets(st.sampled_from([0, 2, 4]), max_size=2))
def test_every_parameter_is_frozen_or_has_one_optimizer(layers: set[int]) -> None:
    found = plan(f"train.freeze={sorted(layers)}", network=DEEP)
    shared = [name for share in found.shares for name in share]
    assert len(shared) == len(set(shared))
    assert found.frozen.isdisjoint(shared)
    assert found.frozen | set(shared) == {tensor.name for tensor in tensors(found.rows)}
    assert {int(name[0]) for name in found.frozen} == layers
