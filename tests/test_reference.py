"""What is told of an experiment before it runs."""

from itertools import pairwise

import pytest

from tests.support import MOONS, prepared
from tui_nn.reference import entry_page, experiment_page
from tui_nn.spec import catalog
from tui_nn.spec.catalog.entry import Entry
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


def test_show_tells_all_that_changes_the_run() -> None:
    changes = ("train.batch_size=0", "train.clip_norm=0.5", "train.dtype=float64",
               "train.patience=3", "train.eval_every=1")  # fmt: skip
    page = experiment_page(prepared(MOONS, *changes))
    [training] = line_of(page, "training")
    assert " epochs of 1 step, batch " in training
    assert training.endswith(", gradient clipped to 0.5, float64")
    assert line_of(page, "evaluation") == [
        "evaluation  each epoch, stops after 3 without a better one"
    ]


@pytest.mark.parametrize("entry", tuple(catalog.entries()), ids=lambda entry: entry.name)
def test_every_page_fits_a_terminal_and_gives_the_reason_for_what_is_not_set(entry: Entry) -> None:
    page = entry_page(entry.name)
    assert max(map(len, page.splitlines())) <= 80
    words = " ".join(page.split())
    assert all(f": {' '.join(reason.split())}" in words for reason in entry.left_out.values())


def test_a_reason_that_holds_for_several_is_given_once() -> None:
    page = entry_page("MSELoss")
    assert "\n  size_average, reduce: is an old spelling of reduction" in page


@pytest.mark.parametrize("name", ["LambdaLR", "multiplicativelr", "optim.lr_scheduler.LambdaLR()"])
def test_explaining_a_schedule_that_is_not_there_says_why(name: str) -> None:
    with pytest.raises(InvalidInput, match="takes a function of the epoch"):
        entry_page(name)


@pytest.mark.parametrize("width", [40, 200])
def test_the_sentences_of_a_page_fill_its_lines(width: int) -> None:
    page = entry_page("Adam", width).splitlines()
    begin = next(at for at, line in enumerate(page) if line.startswith("Follows a"))
    sentences = page[begin : page.index("", begin)]
    assert max(map(len, sentences)) <= width
    for line, coming in pairwise(sentences):
        assert len(line) + 1 + len(coming.split()[0]) > width
    assert any(line.startswith("    m ← beta1 · m") for line in page)
