"""What is told of an experiment before it runs."""

import pytest

from tests.support import MOONS, prepared
from tui_nn.reference import entry_page, experiment_page
from tui_nn.spec.errors import InvalidInput

DEEP = ", ".join(["'Linear(2, 2)'"] * 5)


def line_of(page: str, start: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith(start)]


def test_show_says_which_tensors_each_optimizer_updates() -> None:
    page = experiment_page(prepared(MOONS, 'optimizer=["Muon()", "AdamW()"]'))
    assert line_of(page, "optimizer") == [
        "optimizer   Muon(): 0.weight, 2.weight (2 of 6 tensors)",
        "optimizer   AdamW(): 0.bias, 2.bias, 4.weight, 4.bias (4 of 6 tensors)",
    ]


def test_many_tensors_are_told_by_their_first_and_last() -> None:
    network = f"network=[{DEEP}, 'Linear(2, 1)']"
    page = experiment_page(prepared(MOONS, network, 'optimizer=["Muon()", "AdamW()"]'))
    assert line_of(page, "optimizer")[1] == (
        "optimizer   AdamW(): 0.bias, 1.bias, 2.bias, 3.bias, … 5.bias (7 of 12 tensors)"
    )


def test_show_tells_a_schedule_of_schedules_with_its_pace() -> None:
    schedule = "SequentialLR([LinearLR(), OneCycleLR(0.1)], milestones=[5])"
    page = experiment_page(prepared(MOONS, f"schedule={schedule}"))
    assert line_of(page, "schedule") == [
        "schedule    SequentialLR((LinearLR(), OneCycleLR(0.1, total_steps=23)), milestones=(5,)), "
        "each step"
    ]


@pytest.mark.parametrize("name", ["LambdaLR", "multiplicativelr", "optim.lr_scheduler.LambdaLR()"])
def test_explaining_a_schedule_that_is_not_there_says_why(name: str) -> None:
    with pytest.raises(InvalidInput, match="takes a function of the epoch"):
        entry_page(name)
