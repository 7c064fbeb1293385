"""Other settings tried without an engine."""

import pytest

from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.resolve import DataFacts
from tui_nn.spec.targets import Classes
from tui_nn.spec.trial import Stream, calls_of, tried, walked, written

SETTINGS = {
    "data": "xor_gate()",
    "network": ["Linear(2, 4)", "Tanh()", "Linear(4, 1)"],
    "loss": "BCEWithLogitsLoss()",
    "optimizer": "SGD(lr=0.1)",
}
FACTS = DataFacts((2,), Classes(2), 4, 0)


def test_what_fits_is_planned() -> None:
    plan = tried(SETTINGS, ['network=["Linear(2, 8)", "ReLU()", "Linear(8, 1)"]'], FACTS)
    assert [row.size.output_shape for row in plan.rows] == [(8,), (8,), (1,)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ('network=["Linear(3, 1)"]', "expects 3, gets 2"),
        ('network=["Linear(2, 3)"]', "gives 3"),
        ("optimizer=SGD(lr=-1)", "lr"),
        ("train.batch_size=9", "more than the 4 training samples"),
    ],
)
def test_what_an_engine_would_refuse_is_refused(change: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        tried(SETTINGS, [change], FACTS)


@pytest.mark.parametrize("value", ["SGD(lr=1)", ["Linear(2, 1)", "Tanh()"], 8, 0.5, True, None])
def test_a_value_is_written_as_the_command_line_reads_it(value: object) -> None:
    key = {list: "network", str: "optimizer", bool: "train.shuffle"}.get(type(value), "train.x")
    change = written(key, value)
    assert change.startswith(f"{key}=")
    if isinstance(value, list):
        assert tried(SETTINGS, [change], FACTS).experiment.table["network"] == tuple(value)


def test_layers_are_walked_as_far_as_they_fit() -> None:
    found = walked(["Linear(2, 4)", "Linear(5, 1)", "Tanh()"], "MSELoss()", FACTS)
    assert (found.shapes, found.counts, found.at) == (((4,),), (12,), 1)
    assert found.error is not None
    assert "expects 5, gets 4" in found.error.message


@pytest.mark.parametrize(
    "text",
    [
        "Linear(2, 8), ReLU()",
        "nn.Sequential(nn.Linear(2, 8), nn.ReLU())",
        "model = nn.Sequential(\n    nn.Linear(2, 8),\n    nn.ReLU(),\n)\n",
        "[Linear(2, 8), ReLU()]"[1:-1],
        "from torch import nn\n\nnetwork = nn.Sequential(  # x: (N, 2)\n"
        "    nn.Linear(2, 8),  # (N, 8)\n    nn.ReLU(),\n)\nnetwork[0].requires_grad_(False)\n",
    ],
)
def test_a_network_is_read_as_people_have_it(text: str) -> None:
    assert calls_of(text) == ("Linear(2, 8)", "ReLU()")


@pytest.mark.parametrize("text", ["", "x", "Linear(2", "Sequential(3)", "Linear(2, 8) ReLU()"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        calls_of(text)


def test_an_end_that_the_loss_can_not_read_is_the_last_layers_misfit() -> None:
    found = walked(["Linear(2, 4)", "Linear(4, 3)"], "BCEWithLogitsLoss()", FACTS)
    assert found.error is not None
    assert (found.at, list(map(str, found.error.fix or ()))) == (1, ["Linear(4, 1)"])


def test_what_can_not_be_read_is_told_at_its_place() -> None:
    found = walked(["Linear(2, 4)", "Linaer(4, 1)"], "MSELoss()", FACTS)
    assert found.at == 1
    assert found.error is not None
    assert "Linaer" in found.error.message


def test_what_comes_out_of_an_embedding_is_numbers() -> None:
    behind, count = Stream((3,), tokens=5).behind(["Embedding(5, 4)"])
    assert (behind, count) == (Stream((3, 4)), 20)
