import math
import time

import pytest
import torch

from tests.support import GATE, MOONS, RANDOM, run, trainer
from tui_nn.engine import session as module
from tui_nn.engine import timeline
from tui_nn.engine.session import Request
from tui_nn.spec.protocol import Ended, Evaluated, Noticed, Started, Stepped, decode, encode


def test_records_come_in_order_from_started_to_ended() -> None:
    records = run(RANDOM).records
    assert isinstance(records[0], Started)
    assert isinstance(records[-1], Ended)
    steps = [record.step for record in records]
    assert steps == sorted(steps)
    told = [record for record in records if isinstance(record, Stepped)]
    firsts = [1, *(record.step + 1 for record in told)]
    assert [record.first for record in told] == firsts[:-1]
    assert told[-1].step == records[-1].step


def test_every_record_survives_its_line_of_json() -> None:
    for record in run(GATE).records:
        line = encode(record)
        assert encode(decode(line)) == line


def test_the_losses_told_are_those_of_the_trainer() -> None:
    done = run(MOONS)
    losses, _ = trainer(MOONS).train_straight(done.ended.step)
    assert done.history.losses()[1].tolist() == pytest.approx(losses, rel=1e-7)


@pytest.mark.parametrize(("every", "epochs"), [(1, [1, 2, 3, 4]), (3, [3]), (0, [])])
def test_evaluations_come_when_eval_every_says(every: int, epochs: list[int]) -> None:
    done = run(MOONS, f"train.eval_every={every}")
    assert [evaluated.epoch for evaluated in done.history.evaluated] == epochs
    assert done.ended.train is not None  # the numbers at the end come all the same


def test_how_often_it_is_evaluated_changes_no_bit() -> None:
    seldom, often = run(RANDOM, "train.eval_every=0"), run(RANDOM, "train.eval_every=1")
    assert seldom.history.losses()[1].tolist() == often.history.losses()[1].tolist()
    assert seldom.ended.train == often.ended.train


def test_validation_samples_never_train() -> None:
    done = run(RANDOM, "train.val=0.25")
    assert done.ended.train_count + done.ended.val_count == 1797
    trained_on = {tuple(row) for row in done.session.training.trainer.batches.x.tolist()}
    held_out = {tuple(row) for row in done.session.training.parts["val"].x.tolist()}
    assert len(done.session.training.trainer.batches.x) == done.ended.train_count
    assert not trained_on & held_out
    assert done.ended.right["val"] <= done.ended.val_count
    assert set(done.ended.val or {}) == {"loss", "accuracy", "f1"}


def test_the_test_part_is_seen_once_at_the_end() -> None:
    done = run(RANDOM, "train.val=0.25", "train.test=0.25")
    assert "test" not in done.session.training.parts
    assert done.ended.test_count == len(done.session.training.prepared.split.test_indices) == 449
    assert done.ended.test is not None
    part = done.session.training.prepared.split.test
    assert part is not None
    with torch.no_grad():
        answers = done.session.training.trainer.network.eval()(torch.from_numpy(part.x)).argmax(1)
    assert done.ended.right["test"] == int((answers.numpy() == part.y).sum())
    assert done.ended.test["accuracy"] == done.ended.right["test"] / 449


def test_a_test_part_changes_nothing_that_is_decided() -> None:
    """Goal and patience look at validation: what test says can't matter."""
    done = run(RANDOM, "train.val=0.25", "train.test=0.25", "goal.accuracy=0.5")
    assert done.ended.goal is not None
    assert done.ended.val is not None
    assert done.ended.goal.value == done.ended.val["accuracy"]


def test_a_run_begins_with_what_the_simplest_answer_gets() -> None:
    started = run(GATE).records[0]
    assert isinstance(started, Started)
    assert started.baseline.answer == "always 0"
    assert started.baseline.numbers["train"]["accuracy"] == 0.75


def test_the_rate_told_is_the_rate_of_the_step() -> None:
    done = run(MOONS, "schedule=StepLR(step_size=1, gamma=0.5)", "train.eval_every=1")
    assert [evaluated.lr for evaluated in done.history.evaluated] == [0.1, 0.05, 0.025, 0.0125]


def test_a_plateau_schedule_moves_at_evaluations_only() -> None:
    done = run(MOONS, "schedule=ReduceLROnPlateau(patience=0, threshold=10, threshold_mode='abs')",
               "train.eval_every=1")  # fmt: skip
    # The first evaluation is the best there is, each later one is no progress of 10.
    rates = [evaluated.lr for evaluated in done.history.evaluated]
    assert rates == pytest.approx([0.1, 0.1, 0.01, 0.001])


def test_one_cycle_fills_its_length_and_ends_far_below_its_start() -> None:
    done = run(MOONS, "schedule=OneCycleLR(max_lr=0.5)")
    rates = [rate for r in done.records if isinstance(r, Stepped) for rate in r.lr.numpy().tolist()]
    assert len(rates) == done.ended.step == 28
    assert max(rates) == pytest.approx(0.5, rel=0.01)
    assert rates[0] == pytest.approx(0.5 / 25)
    assert rates[-1] < rates[0] / 10


def test_a_request_to_stop_ends_the_run_after_its_step() -> None:
    done = run(MOONS, "train.epochs=1000000", request=Request(stop="interrupted"))
    assert done.ended.reason == "interrupted"
    assert 0 < done.ended.step < 1000


def test_time_that_is_up_ends_the_run() -> None:
    request = Request(deadline=time.monotonic() + 0.2)
    done = run(MOONS, "train.epochs=1000000", request=request)
    assert done.ended.reason == "time"
    assert done.ended.seconds < 5


def test_a_goal_that_is_missed_says_by_what() -> None:
    done = run(MOONS, "goal.accuracy=1.0", "optimizer=SGD(lr=0.0)")
    assert done.ended.goal is not None
    assert not done.ended.goal.met
    assert done.ended.train is not None
    assert done.ended.goal.value == done.ended.train["accuracy"]
    assert "Goal missed" in done.ended.message
    assert f"({done.ended.right['train']} of 50)" in done.ended.message


def test_a_goal_met_only_at_the_end_is_not_decided_by_looking() -> None:
    done = run(MOONS, "goal.loss=1000", "train.eval_every=3", "train.epochs=2")
    assert done.ended.goal is not None
    assert (done.ended.reason, done.ended.goal.met) == ("epochs", False)
    assert "did not confirm" in done.ended.message


def test_notices_of_the_plan_are_told() -> None:
    done = run(MOONS, "optimizer=LBFGS()", "train.epochs=1")
    notices = [record.message for record in done.records if isinstance(record, Noticed)]
    assert any("strong_wolfe" in notice for notice in notices)


def test_snapshots_are_kept_only_of_finite_states(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOMENT_SECONDS", 0.0)
    done = run(MOONS, "optimizer=SGD(lr=1e20)", "train.epochs=50")
    assert done.ended.reason == "diverged"
    kept = done.session.good
    with torch.no_grad():
        next(done.session.training.trainer.network.parameters()).fill_(float("nan"))
    done.session.remember()
    assert done.session.good is kept


def test_numbers_that_are_not_finite_are_words() -> None:
    done = run(MOONS, "train.epochs=1")
    diverged = run(MOONS, "loss=MSELoss()", "optimizer=SGD(lr=1e30)")
    assert done.ended.nonfinite == {}
    for name, word in diverged.ended.nonfinite.items():
        part, metric = name.split(".")
        numbers = diverged.ended.train if part == "train" else diverged.ended.val
        assert numbers is not None
        assert numbers[metric] is None
        assert not math.isfinite(float(word))


def test_an_evaluated_record_has_the_numbers_of_the_present_weights() -> None:
    done = run(RANDOM, "train.eval_every=1")
    last = [record for record in done.records if isinstance(record, Evaluated)][-1]
    assert last.train == done.ended.train


def test_a_plateau_schedule_waits_while_the_loss_falls() -> None:
    change = "schedule=ReduceLROnPlateau(patience=0, threshold=0.0)"
    done = run(MOONS, change, "train.eval_every=1", "train.epochs=10")
    losses = [evaluated.train["loss"] or 0.0 for evaluated in done.history.evaluated]
    assert losses == sorted(losses, reverse=True)
    assert {evaluated.lr for evaluated in done.history.evaluated} == {0.1}


def test_good_states_follow_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOMENT_SECONDS", 0.0)
    monkeypatch.setattr(timeline, "SHARE", 1e9)
    done = run(MOONS)
    assert done.session.good.step > 0


def test_threads_are_those_of_the_plan() -> None:
    run(MOONS, "train.threads=2")
    assert torch.get_num_threads() == 2
    run(MOONS)
    assert torch.get_num_threads() == 1


def test_the_split_follows_the_seed() -> None:
    first, second = (run(MOONS, "train.val=0.4", f"train.seed={seed}", "train.epochs=1")
                     for seed in (0, 1))  # fmt: skip
    assert not torch.equal(
        first.session.training.trainer.batches.x, second.session.training.trainer.batches.x
    )
