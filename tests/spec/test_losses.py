"""Losses held against the data and the network: weights, and what is no error but odd."""

from collections.abc import Sequence

import pytest

from tests.spec.plans import facts, plan, said
from tests.spec.support import bound, refusal
from tui_nn.spec.resolve import DataFacts
from tui_nn.spec.targets import Classes, Coding, Decision

THREE = facts(kind=Classes(3))
LOGITS = ("Linear(2, 3)",)
SHARES = ("Linear(2, 3)", "LogSoftmax(dim=1)")


@pytest.mark.parametrize(
    ("network", "loss", "written"),
    [
        (LOGITS, "CrossEntropyLoss(weight=[1, 2])", "CrossEntropyLoss(weight=(1, 2, 1.0))"),
        (LOGITS, "CrossEntropyLoss([1, 2])", "CrossEntropyLoss((1, 2, 1.0))"),
        (LOGITS, "MultiMarginLoss(2, weight=[1, 2, 3, 4])", "MultiMarginLoss(2, weight=(1, 2, 3))"),
        (SHARES, "NLLLoss(weight=[0.5], ignore_index=2)",
         "NLLLoss(weight=(0.5, 1.0, 1.0), ignore_index=2)"),
    ],
)  # fmt: skip
def test_weights_need_one_number_a_class_and_the_call_to_write_has_it(
    network: Sequence[str], loss: str, written: str
) -> None:
    message = said(data=THREE, network=network, loss=loss)
    assert message.startswith("x.toml: loss: ")
    assert "weight has length " in message
    assert message.endswith(f", the data has 3 classes: write {written}")
    assert plan(data=THREE, network=network, loss=written).fit.decision is Decision.ARGMAX


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CrossEntropyLoss(weight=[0, 0])", "CrossEntropyLoss: weight is 0 for every class: at "),
        ("NLLLoss([0.0])", "NLLLoss: weight is 0 for every class"),
        ("MultiMarginLoss(weight=[0, 0])", "MultiMarginLoss: weight is 0 for every class"),
        ("CrossEntropyLoss(weight=[1, -1])", "weight is -1: it must be at least 0"),
        ("CrossEntropyLoss(weight=[1, 1e300])", "weight is 1e+300: it must be from"),
        ("CrossEntropyLoss(weight=[])", "weight is an empty list"),
        ("CrossEntropyLoss(weight=2)", "weight is 2, not a list: it takes None, or a list"),
        ("BCEWithLogitsLoss(weight=[1, 2])", "weight can't be set: weight belongs to the samples "
         "of one batch, and each batch has others; to weigh a class, write BCEWithLogitsLoss(pos_"),
        ("BCELoss(weight=[1, 2])", "to weigh a class, write BCEWithLogitsLoss(pos_weight=…)"),
        ("BCEWithLogitsLoss(pos_weight=[2, 3])", "pos_weight is (2, 3): it takes a number ≥ 0, "
         "alone or in a list, or None"),
        ("BCEWithLogitsLoss(pos_weight=-1)", "pos_weight is -1: it must be at least 0"),
        ("MultiMarginLoss(p=3)", "p is 3: it must be at most 2"),
        ("HuberLoss(delta=0)", "delta is 0: it must be above 0"),
        ("SmoothL1Loss(beta=-1)", "beta is -1: it must be at least 0"),
        ("HuberLoss(2.0)", "takes 0 values in order, gets 1: give delta by name"),
    ],
)  # fmt: skip
def test_weights_and_limits_that_can_not_be_used_are_refused(text: str, message: str) -> None:
    assert message in refusal(lambda: bound("loss", text))


def test_weights_that_leave_no_class_to_count_are_refused() -> None:
    loss = "CrossEntropyLoss(weight=[0, 0, 1], ignore_index=2)"
    assert said(data=THREE, network=LOGITS, loss=loss) == (
        "x.toml: loss: CrossEntropyLoss: no class is left that counts, the others have weight 0: "
        "give one that is not ignore_index a weight"
    )


ODD = "class 1 counts for nothing: a batch with no other class has no loss (NaN); larger batches "


@pytest.mark.parametrize(
    ("network", "loss", "data", "notices"),
    [
        (("Linear(2, 3)", "Softmax(dim=1)"), "CrossEntropyLoss()", THREE,
         ("CrossEntropyLoss takes raw outputs and does a softmax itself: leave out the Softmax",)),
        (SHARES, "CrossEntropyLoss()", THREE,
         ("CrossEntropyLoss takes raw outputs and does a softmax itself: leave out the "
          "LogSoftmax",)),
        (("Linear(2, 3)", "Sigmoid()", "Flatten()"), "CrossEntropyLoss()", THREE,
         ("CrossEntropyLoss takes raw outputs and does a softmax itself: leave out the Sigmoid",)),
        (("Linear(2, 1)", "Sigmoid()"), "BCEWithLogitsLoss()", facts(),
         ("BCEWithLogitsLoss takes raw outputs and does a sigmoid itself: leave out the "
          "Sigmoid",)),
        (("Linear(2, 1)", "Sigmoid()"), "SoftMarginLoss()", facts(),
         ("SoftMarginLoss takes raw outputs and does a sigmoid itself: leave out the Sigmoid",)),
        (("Linear(2, 1)", "ReLU()"), "BCEWithLogitsLoss()", facts(),
         ("BCEWithLogitsLoss needs outputs below 0 for one of the classes: leave out the ReLU",)),
        (("Linear(2, 1)", "Softplus()"), "SoftMarginLoss()", facts(),
         ("SoftMarginLoss needs outputs below 0 for one of the classes: leave out the Softplus",)),
        (("Linear(2, 1)", "ELU()"), "SoftMarginLoss()", facts(), ()),
        (("Linear(2, 1)", "ReLU()"), "MSELoss()", facts(), ()),
        (SHARES, "NLLLoss()", THREE, ()),
        (LOGITS, "CrossEntropyLoss()", THREE, ()),
        (LOGITS, "MultiMarginLoss(weight=[1, 0, 1])", THREE, ()),
        (LOGITS, "CrossEntropyLoss(weight=[1, 0, 1])", THREE, (ODD + "make that rare",)),
        (LOGITS, "CrossEntropyLoss(ignore_index=1)", THREE, (ODD + "make that rare",)),
        (SHARES, "NLLLoss(ignore_index=1)", THREE, (ODD + "make that rare",)),
        (LOGITS, "CrossEntropyLoss(ignore_index=1)", facts(kind=Classes(3), train=32), ()),
    ],
)  # fmt: skip
def test_a_classic_mistake_is_noticed(
    network: Sequence[str], loss: str, data: DataFacts, notices: Sequence[str]
) -> None:
    assert plan(data=data, network=network, loss=loss).notices == tuple(notices)


def test_nll_looks_through_layers_that_only_reshape() -> None:
    network = (*SHARES, "Identity()", "Flatten()")
    assert plan(data=THREE, network=network, loss="NLLLoss()").fit.coding is Coding.INDEX


def test_nll_needs_shares_among_all_classes() -> None:
    network = ("Linear(2, 6)", "Unflatten(1, (2, 3))", "LogSoftmax(dim=-1)", "Flatten()")
    assert said(data=facts(kind=Classes(6)), network=network, loss="NLLLoss()") == (
        "x.toml: network[2]: LogSoftmax(dim=-1) shares out 1 among 3 of 2x3, NLLLoss needs shares "
        "among all 6 classes: put Flatten() before it and write LogSoftmax(dim=1)"
    )
    fixed = (*network[:2], "Flatten()", "LogSoftmax(dim=1)")
    assert plan(data=facts(kind=Classes(6)), network=fixed, loss="NLLLoss()").rows


def test_log_softmax_over_the_batch_is_no_answer_for_nll() -> None:
    message = said(data=THREE, network=("Linear(2, 3)", "LogSoftmax(dim=0)"), loss="NLLLoss()")
    assert "LogSoftmax" in message
