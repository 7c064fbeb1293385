"""`nn-tui check`: a lesson tried by its own solution, and held against a run."""

from pathlib import Path

import pytest

from tests.cli.support import ENVIRONMENT, nn_tui
from tests.support import GATE


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", ENVIRONMENT["PYTHONPATH"])


LESSON = """
title = "Mine"
[[slide]]
text = "Step on."
check = { step = 3 }
do = ["step 3"]
[[slide]]
text = "Take one back."
check = { back = true }
do = ["back step"]
[[slide]]
text = "Train."
check = [{ number = "accuracy", at_least = 1 }, { epoch = 5 }]
do = ["epoch 5"]
"""


@pytest.fixture
def mine(tmp_path: Path) -> str:
    (tmp_path / "mine.toml").write_text(GATE)
    path = tmp_path / "mine.lesson.toml"
    path.write_text(LESSON)
    return str(path)


def test_a_lesson_that_its_solution_meets_answers_0(mine: str) -> None:
    answer = nn_tui("check", mine)
    assert (answer.code, answer.out) == (0, "Mine: 3 of 3 checks met\n")


def test_a_check_that_is_not_met_answers_3_and_is_named(mine: str) -> None:
    Path(mine).write_text(LESSON.replace("epoch = 5", "epoch = 6"))
    answer = nn_tui("check", mine)
    assert answer.code == 3
    assert answer.out.splitlines() == [
        "Mine: 2 of 3 checks met", "  ✗ slide 3: accuracy ≥ 1, epoch 6",
    ]  # fmt: skip


def test_several_lessons_share_an_engine(mine: str) -> None:
    answer = nn_tui("check", mine, "not-gate")
    assert answer.code == 0
    assert len(answer.out.splitlines()) == 2


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("step = 3 }", "stp = 3 }", "mine.lesson.toml: slide[0].check: says nothing that can be "
         "checked: did you mean step?"),
        ('"back step"', '"set optimizer=SGDD()"',
         "mine.lesson.toml: slide[1]: change: optimizer: "),
    ],
)  # fmt: skip
def test_a_lesson_that_cannot_be_used_answers_2(
    mine: str, before: str, after: str, said: str
) -> None:
    Path(mine).write_text(LESSON.replace(before, after))
    answer = nn_tui("check", mine)
    assert answer.code == 2
    assert said in answer.err


def test_a_preset_without_a_lesson_answers_2() -> None:
    assert nn_tui("check", "circle").code == 2


def test_a_run_is_judged_by_its_records_alone(mine: str) -> None:
    experiment = mine.replace(".lesson", "")
    nn_tui("train", experiment)
    answer = nn_tui("check", mine, "--run", "latest")
    assert answer.code == 0
    assert answer.out.splitlines() == [
        "Mine: 2 of 2 checks met", "  – slide 2: going back (no record tells)",
    ]  # fmt: skip
    nn_tui("train", experiment, "--epochs", "4")
    assert nn_tui("check", mine, "--run", "latest").code == 3


def test_a_run_tells_of_its_rate_and_of_how_it_ended() -> None:
    nn_tui("train", "one-weight", "optimizer=SGD(lr=3)")
    answer = nn_tui("check", "one-weight", "--run", "latest")
    assert answer.code == 3
    assert answer.out.splitlines() == [
        "Gradient: 1 of 3 checks met",
        "  ✗ slide 4: goal, loss ≤ 0.0001",
        "  ✗ slide 6: lr ≤ 1, goal",
        "  – slide 2: phase gradient (no record tells)",
    ]


def test_a_run_of_something_else_answers_2(mine: str) -> None:
    nn_tui("train", "not-gate")
    answer = nn_tui("check", mine, "--run", "latest")
    assert answer.code == 2
    assert "is a run of not-gate: the lesson is about mine" in answer.err
