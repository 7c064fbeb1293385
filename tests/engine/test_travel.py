"""Any recorded step can be stood at again, to the bit; a change behind the head is a branch."""

from pathlib import Path

import pytest
import torch

from tests.engine.travelling import MB, Travelled, look_often, state_of
from tests.spec.support import refusal
from tests.support import MOONS, SMALL, begun, let_go, saved_and_resumed, silent
from tui_nn.data.open import open_experiment
from tui_nn.engine.session import Request
from tui_nn.engine.starting import resume
from tui_nn.engine.travel import change, go_to, reset, step_of_epoch
from tui_nn.spec.protocol import Changed, Evaluated, Stepped


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    look_often(monkeypatch)


def bits(state: dict[str, str]) -> dict[str, str]:
    """Without how the experiment is written."""
    return {name: value for name, value in state.items() if name != "experiment"}


@pytest.mark.parametrize("budget", [0, 1, 64 * MB])
def test_every_step_is_the_same_when_it_is_gone_to_again(budget: int) -> None:
    gone = Travelled(SMALL, "schedule=ReduceLROnPlateau(patience=0)", budget=budget)
    seen = {0: gone.state}
    for step in range(1, 24):
        seen[step] = gone.train(step)
    for step in (22, 7, 0, 8, 13, 23, 1):
        assert gone.go_to(step) == seen[step], step
    assert gone.train(23) == seen[23]


def test_nothing_is_told_twice() -> None:
    gone = Travelled(SMALL)
    gone.train(20)
    for back in (3, 0, 14):
        gone.go_to(back)
        gone.train(21)
    told = [told for told in gone.records if isinstance(told, Stepped)]
    steps = [told.first + i for told in told for i in range(len(told.loss.numpy()))]
    assert steps == list(range(1, 22))
    assert [told.step for told in gone.records if isinstance(told, Evaluated)] == [7, 14, 21]


def test_a_change_behind_the_head_is_a_branch_and_the_old_one_stays() -> None:
    gone = Travelled(MOONS, "train.epochs=20")
    old = gone.train(30)
    gone.go_to(10)
    change(gone.session, ["optimizer=Adam(lr=0.01)"])
    assert (gone.session.branch, gone.session.head) == (1, 10)
    new = gone.train(30)
    assert new["weights"] != old["weights"]
    assert gone.go_to(30) == old
    assert gone.go_to(30, 1) == new
    assert gone.go_to(30) == old


def test_a_change_at_the_head_stays_on_its_branch() -> None:
    gone = Travelled(MOONS, "train.epochs=20")
    gone.train(10)
    change(gone.session, ["optimizer=SGD(lr=0.5)"])
    change(gone.session, ["train.batch_size=5"])
    seen = gone.train(20)
    assert gone.session.branch == 0
    gone.go_to(5)
    assert gone.session.training.plan.batch_size == 8
    assert gone.train(20) == seen
    assert len([told for told in gone.records if isinstance(told, Changed)]) == 2


def test_a_schedule_left_and_chosen_again_at_one_step_starts_anew_in_every_replay() -> None:
    """Though the settings before and behind are the same."""
    gone = Travelled(MOONS, "schedule=ExponentialLR(0.5)", "train.epochs=20")
    gone.train(14)
    change(gone.session, ["schedule=StepLR(1)"])
    change(gone.session, ["schedule=ExponentialLR(0.5)"])
    assert gone.session.training.trainer.lr == 0.1
    seen = gone.train(30)
    gone.go_to(3)
    assert gone.go_to(30) == seen
    told = [told for told in gone.records if isinstance(told, Changed)]
    assert [record.index for record in told] == [0, 0]


def test_what_is_changed_at_once_is_told_as_such() -> None:
    gone = Travelled(MOONS)
    change(gone.session, ["optimizer=Adam(lr=0.01)", "train.batch_size=5"])
    change(gone.session, ["train.clip_norm=1.0"])
    told = [told for told in gone.records if isinstance(told, Changed)]
    assert [record.index for record in told] == [0, 1, 0]


def test_two_branches_that_leave_at_the_same_step_are_not_mixed_up() -> None:
    """The moment behind one's change is no place to start for the other."""
    gone = Travelled(MOONS, "train.epochs=20")
    gone.train(10)
    change(gone.session, ["optimizer=SGD(lr=0.5)"])
    zero = gone.train(20)
    gone.go_to(10)
    change(gone.session, ["optimizer=SGD(lr=0.01)"])
    one = gone.train(15)
    gone.go_to(10)
    change(gone.session, ["optimizer=SGD(lr=0.02)"])
    two = gone.train(15)
    for branch, step, seen in ((0, 20, zero), (1, 15, one), (2, 15, two), (1, 15, one)):
        assert gone.go_to(step, branch) == seen, branch


@pytest.mark.parametrize("budget", [0, 64 * MB])
def test_a_resumed_run_goes_back_to_the_settings_it_began_with(budget: int, tmp_path: Path) -> None:
    session = begun('title = "Small"\n' + SMALL, runs=tmp_path)  # as its file says it
    session.run(Request(until=5))
    early = state_of(session)
    session.run(Request(until=9))
    change(session, ["optimizer=Adam(lr=0.01)", "train.batch_size=5"])
    session.run(Request(until=20))
    late = state_of(session)
    folder = let_go(session)
    again = resume(folder, open_experiment(str(folder.experiment)), silent(), history_bytes=budget)
    go_to(again, 0, 5)
    assert state_of(again) == early
    go_to(again, 0, 20)
    assert state_of(again) == late
    let_go(again)


def test_branches_are_reachable_after_a_resume(tmp_path: Path) -> None:
    session = begun('title = "Small"\n' + SMALL, runs=tmp_path)
    session.run(Request(until=12))
    old = state_of(session)
    go_to(session, 0, 6)
    change(session, ["optimizer=SGD(lr=0.3)"])
    session.run(Request(until=12))
    new = state_of(session)
    again = saved_and_resumed(session)
    assert state_of(again) == new
    go_to(again, 0, 12)
    assert state_of(again) == old
    again.save()
    last = saved_and_resumed(again)
    assert state_of(last) == old
    let_go(last)


def test_the_end_of_an_epoch_is_found_whatever_the_data_was_changed_to() -> None:
    gone = Travelled(MOONS)
    change(gone.session, ["train.val=0.5"])
    assert gone.session.training.plan.steps_per_epoch == 4
    assert [step_of_epoch(gone.session, epoch) for epoch in range(3)] == [0, 4, 8]


def test_the_end_of_an_epoch_is_found_whatever_the_batches() -> None:
    gone = Travelled(MOONS, "train.epochs=50")
    ends = [0]
    for until, size in ((10, 20), (15, 3), (40, 50), (60, 8)):
        while gone.session.step < until:
            gone.train(gone.session.step + 1)
            if not gone.session.training.trainer.batches.left:
                ends.append(gone.session.step)
        change(gone.session, [f"train.batch_size={size}"])
    gone.go_to(3)
    assert [step_of_epoch(gone.session, epoch) for epoch in range(len(ends))] == ends
    assert torch.get_num_threads() == 1


# Reset


def test_reset_is_the_first_step_with_the_same_weights() -> None:
    gone = Travelled(SMALL)
    first = gone.state
    fifth = gone.train(5)
    reset(gone.session)
    assert (gone.session.branch, gone.state) == (0, first)
    assert gone.train(5) == fifth


def test_reset_keeps_the_settings_of_now() -> None:
    gone = Travelled(MOONS)
    gone.train(5)
    change(gone.session, ["optimizer=Adam(lr=0.01)"])
    gone.train(9)
    reset(gone.session)
    assert (gone.session.branch, gone.session.step) == (1, 0)
    other = Travelled(MOONS, "optimizer=Adam(lr=0.01)")
    assert bits(gone.train(9)) == bits(other.train(9))


@pytest.mark.parametrize("budget", [0, 64 * MB])
def test_reset_has_the_first_weights_whatever_the_seed_is_now(budget: int) -> None:
    gone = Travelled(SMALL, "train.val=0.2", budget=budget)
    first = gone.state
    fifth = gone.train(5)
    change(gone.session, ["train.seed=7"])
    gone.train(9)
    reset(gone.session)
    assert (gone.session.branch, bits(gone.state)) == (1, bits(first))
    assert bits(gone.train(5)) == bits(fifth)
    reset(gone.session, seed=7)
    other = Travelled(SMALL, "train.val=0.2", "train.seed=7")
    assert bits(gone.state) == bits(other.state)


def test_reset_with_another_seed_is_the_run_of_that_seed() -> None:
    gone = Travelled(SMALL, "train.val=0.2")
    old = gone.train(9)
    other = Travelled(SMALL, "train.val=0.2", "train.seed=7").train(9)
    reset(gone.session, seed=7)
    assert gone.session.branch == 1
    assert bits(gone.train(9)) == bits(other)
    assert gone.go_to(9, 0) == old


@pytest.mark.parametrize("budget", [0, 64 * MB])
def test_given_weights_are_those_of_the_seed_they_came_with(budget: int) -> None:
    given = {
        name: tensor + 1
        for name, tensor in Travelled(MOONS).session.training.trainer.network.state_dict().items()
    }
    gone = Travelled(MOONS, budget=budget, weights=given)
    first = gone.state
    gone.train(3)
    reset(gone.session, seed=5)
    assert gone.train(3)["weights"] == Travelled(MOONS, "train.seed=5").train(3)["weights"]
    assert gone.go_to(0) == first
    change(gone.session, ["optimizer=SGD(lr=0.5)"])
    assert gone.state["weights"] == first["weights"]
    change(gone.session, ['network=["Linear(2, 3)", "Linear(3, 1)"]'])
    assert len(gone.session.training.trainer.network) == 2


def test_what_a_run_is_changed_to_before_its_first_step_reaches_no_earlier_branch() -> None:
    gone = Travelled(MOONS)
    reset(gone.session, seed=1)
    seen = gone.train(7)
    gone.go_to(0)
    change(gone.session, ["optimizer=Adam(lr=0.01)"])
    assert gone.session.branch == 0
    other = gone.train(7)
    assert gone.go_to(7, 1) == seen
    assert gone.go_to(7) == other


# What can't be


def test_what_is_not_recorded_is_refused_and_nothing_is_moved() -> None:
    gone = Travelled(SMALL)
    seen = gone.train(5)
    session = gone.session
    assert "step 6 is not recorded" in refusal(lambda: go_to(session, 0, 6))
    assert "there is no branch 3" in refusal(lambda: go_to(session, 3, 1))
    assert "is not recorded" in refusal(lambda: go_to(session, 0, -1))
    assert gone.state == seen


@pytest.mark.parametrize(
    "bad",
    [
        ["optimizer=Adm(lr=1)"], ["nonsense"], ["train.val=0.5"], ["data=circles()"],
        ["optimizer=Adam(lr=0.1)", "train.batch_size=-1"], ["network=[\"Linear(2, 1)\"]"],
    ],
)  # fmt: skip
def test_a_change_that_can_not_be_changes_nothing(bad: list[str]) -> None:
    gone = Travelled(SMALL)
    seen = gone.train(10)
    refusal(lambda: change(gone.session, bad))
    assert gone.state == seen
    assert gone.train(20) == Travelled(SMALL).train(20)
    assert not [told for told in gone.records if isinstance(told, Changed)]


def test_a_rate_that_only_the_schedule_makes_too_large_changes_nothing() -> None:
    """Found after optimizer and loss have been exchanged."""
    slow = "optimizer=SGD(lr=1e-9)", "schedule=ExponentialLR(10.0)"
    gone = Travelled(MOONS, *slow)
    seen = gone.train(21)
    bad = ["optimizer=Adam(lr=1e28)", "loss=SoftMarginLoss()"]
    assert "too large" in refusal(lambda: change(gone.session, bad))
    assert gone.state == seen
    assert gone.train(25) == Travelled(MOONS, *slow).train(25)
