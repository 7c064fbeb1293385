import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.runs.support import changed, stepped
from tests.spec.test_protocol import ENDED, STARTED
from tui_nn.runs.history import History, as_marks
from tui_nn.spec.protocol import Array, Changed, Evaluated, Phase, Saved, Stepped


def evaluated(epoch: int, train: float | None, val: float | None = None) -> Evaluated:
    return Evaluated(
        step=epoch * 10, epoch=epoch, lr=0.1, train={"loss": train},
        val=None if val is None else {"loss": val},
    )  # fmt: skip


def test_losses_of_batches_are_joined_over_steps() -> None:
    history = History()
    for first, losses in ((1, [3.0, 2.0]), (3, [1.0])):
        array = Array.of(np.array(losses, np.float32))
        history.take(Stepped(step=first + len(losses) - 1, first=first, loss=array, lr=array))
    x, y = history.losses()
    assert (x.tolist(), y.tolist()) == ([1, 2, 3], [3, 2, 1])


def test_evaluations_are_curves_over_epochs_with_gaps_for_what_was_not_finite() -> None:
    history = History()
    for record in (evaluated(1, 3.0, 4.0), evaluated(2, None, 5.0)):
        history.take(record)
    x, y = history.evaluations("train", "loss")
    assert x.tolist() == [1, 2]
    assert y[0] == 3.0
    assert np.isnan(y[1])
    assert history.evaluations("val", "loss")[1].tolist() == [4.0, 5.0]


def test_what_never_came_is_empty() -> None:
    history = History()
    assert len(history.losses()[0]) == len(history.evaluations("val", "loss")[0]) == 0


def test_very_many_evaluations_are_thinned_and_the_last_stays() -> None:
    history = History()
    for epoch in range(1, 50_001):
        history.take(evaluated(epoch, 1.0 / epoch))
    x, y = history.evaluations("train", "loss")
    assert len(x) <= 10_001
    assert (x[0], x[-1], y[-1]) == (1, 50_000, 1 / 50_000)


def test_a_history_that_keeps_nothing_knows_the_latest() -> None:
    history = History(keeps=False)
    for epoch in (1, 2, 3):
        history.take(evaluated(epoch, 1.0))
    assert [record.epoch for record in history.evaluated] == [3]
    assert history.step == 30


def test_losses_lie_over_epochs_or_seconds_too() -> None:
    history = History()
    history.take(STARTED)  # 9 samples, 3 steps of 3
    history.take(stepped(1, [6, 5, 4, 3], elapsed_s=2.0))
    history.take(stepped(5, [2, 1], elapsed_s=5.0))
    assert history.losses(by="epoch")[0].tolist() == pytest.approx(
        [1 / 3, 2 / 3, 1, 4 / 3, 5 / 3, 2]
    )
    assert history.losses(by="seconds")[0].tolist() == [0.5, 1, 1.5, 2, 3.5, 5]


def test_evaluations_lie_over_steps_or_seconds_too() -> None:
    history = History()
    for epoch in (1, 2):
        history.take(structs.replace(evaluated(epoch, 1.0), elapsed_s=epoch / 4))
    assert history.evaluations("train", "loss", by="step")[0].tolist() == [10, 20]
    assert history.evaluations("train", "loss", by="seconds")[0].tolist() == [0.25, 0.5]


def branched() -> History:
    """Steps 1 … 6; from 4 a branch 1 to 8, with another lr; from its 6 a branch 2 to 7."""
    history = History()
    for record in (
        stepped(1, [1, 2, 3, 4, 5, 6]), evaluated(0, 9.0),
        changed(1, 4, "optimizer", parent=0), stepped(5, [50, 60, 70, 80], branch=1),
        changed(2, 6, "loss", parent=1), changed(2, 6, "train.seed", parent=1),
        stepped(7, [700], branch=2),
    ):  # fmt: skip
        history.take(record)
    return history


def test_a_branch_is_its_parent_up_to_where_it_left_then_its_own() -> None:
    history = branched()
    losses = [history.losses(branch) for branch in range(3)]
    assert [y.tolist() for _, y in losses] == [
        [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 50, 60, 70, 80], [1, 2, 3, 4, 50, 60, 700],
    ]  # fmt: skip
    assert all(x.tolist() == list(range(1, len(x) + 1)) for x, _ in losses)


def test_the_branch_that_training_was_on_last_is_given_where_none_is_named() -> None:
    history = branched()
    assert history.losses()[1].tolist() == history.losses(2)[1].tolist()
    history.take(stepped(7, [7], branch=0))
    assert history.losses()[1].tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_the_marks_of_a_branch_are_the_changes_on_its_way() -> None:
    history = branched()
    keys = [[mark.key for mark in history.marks(branch)] for branch in range(3)]
    assert keys == [[], ["optimizer"], ["optimizer", "loss", "train.seed"]]


def test_changes_that_continue_each_other_are_one_mark() -> None:
    def rate(step: int, *, continues: bool) -> Changed:
        made = changed(0, step, "optimizer", new=f"SGD(lr={step})")
        return structs.replace(made, continues=continues)

    made = [
        rate(1, continues=False),
        rate(2, continues=True),
        changed(0, 3, "train.batch_size", new=8),
        rate(4, continues=True),
        rate(9, continues=False),
        rate(10, continues=True),
    ]
    assert [mark.step for mark in as_marks(made)] == [3, 4, 10]


def test_each_press_is_looked_at_once_however_many_there_are() -> None:
    compared = 0

    class Key(str):
        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__eq__(self, str(other))

        __hash__ = str.__hash__

    presses = [
        Changed(step=n, key=Key("optimizer"), old=None, new=n, phase=Phase.EVALUATE, continues=c)
        for c in (False, True)
        for n in range(300)
    ]
    assert len(as_marks(presses)) == 300
    assert compared <= 4 * len(presses)


def test_evaluations_of_a_branch_left_early_are_not_its_own() -> None:
    history = History()
    for record in (
        evaluated(1, 1.0), evaluated(2, 2.0), changed(1, 15, "loss", parent=0),
        structs.replace(evaluated(2, 20.0), branch=1),
    ):  # fmt: skip
        history.take(record)
    assert history.evaluations("train", "loss")[1].tolist() == [1, 20]
    assert history.evaluations("train", "loss", branch=0)[1].tolist() == [1, 2]


def test_a_branch_that_goes_back_before_its_parent_began_is_the_grandparents() -> None:
    history = branched()
    history.take(changed(3, 2, "loss", parent=1))
    history.take(stepped(3, [-3], branch=3))
    assert history.losses()[1].tolist() == [1, 2, -3]
    assert [mark.branch for mark in history.marks()] == [3]


def test_a_change_without_a_parent_marks_the_branch_it_is_on() -> None:
    history = History()
    history.take(changed(0, 3, "optimizer"))
    assert [mark.step for mark in history.marks()] == [3]


def test_a_changed_batch_size_counts_where_epochs_are_the_axis() -> None:
    history = History()
    history.take(STARTED)
    history.take(stepped(1, [1, 1, 1]))
    history.take(changed(0, 3, "train.batch_size", new=9))
    history.take(stepped(4, [1, 1]))
    assert history.losses(by="epoch")[0].tolist() == pytest.approx([1 / 3, 2 / 3, 1, 2, 3])


def test_training_that_goes_on_has_not_ended() -> None:
    history = History()
    for record in (stepped(1, [1]), ENDED):
        history.take(record)
    assert history.ended == ENDED
    history.take(Saved(step=9, checkpoint="last", size=3))
    assert history.ended == ENDED
    assert history.saved["last"].size == 3
    history.take(stepped(10, [1]))
    assert history.ended is None


def test_losses_of_very_many_batches_stay_whole() -> None:
    history = History()
    for step in range(1, 25_002):
        history.take(stepped(step, [step], elapsed_s=step / 100))
    x, y = history.losses()
    assert x.tolist() == y.tolist() == list(range(1, 25_002))
    seconds = history.losses(by="seconds")[0]
    assert abs(seconds - x / 100).max() < 0.05


@given(st.lists(st.tuples(st.integers(0, 4), st.none() | st.integers(0, 4), st.integers(0, 9))))
def test_branches_of_any_parents_have_curves(tree: list[tuple[int, int | None, int]]) -> None:
    history = History()
    for branch, parent, step in tree:
        history.take(changed(branch, step, "loss", parent=parent))
        history.take(stepped(step + 1, [step], branch=branch))
    for branch in range(6):
        x, y = history.losses(branch)
        assert len(x) == len(y)
        history.marks(branch)
