import pytest
import torch
from torch import nn

from tests.support import MOONS, RANDOM, prepared, run
from tui_nn.engine.decisions import Best, Decisions
from tui_nn.engine.evaluation import Evaluation
from tui_nn.engine.session import Request, Session
from tui_nn.spec.experiment import Goal
from tui_nn.spec.protocol import Evaluated, Record
from tui_nn.spec.targets import Classes, Values


def looked(decisions: Decisions, numbers: list[float], metric: str = "accuracy") -> list[object]:
    network = nn.Linear(1, 1)
    return [
        decisions.look(Evaluation({metric: value}, 10, None), epoch, 10 * epoch, network)
        for epoch, value in enumerate(numbers, start=1)
    ]


def test_a_goal_counts_evaluations_in_a_row() -> None:
    decisions = Decisions(Goal("accuracy", 0.9, times=2), None, Classes(2))
    assert looked(decisions, [0.9, 0.8, 0.95, 0.9]) == [None, None, None, "goal"]


def test_a_goal_of_an_error_is_reached_from_above() -> None:
    decisions = Decisions(Goal("mae", 40), None, Values((1,)))
    assert looked(decisions, [50, 40], "mae") == [None, "goal"]


def test_a_value_that_is_no_number_reaches_nothing() -> None:
    decisions = Decisions(Goal("loss", 1.0), 2, Classes(2))
    assert looked(decisions, [float("nan")] * 2, "loss") == [None, "plateau"]
    assert decisions.best is None


def test_a_value_that_is_no_number_is_worse_than_any() -> None:
    decisions = Decisions(None, 2, Classes(2))
    assert looked(decisions, [float("nan"), 1.0, 0.5, 0.7, 0.6], "loss")[-1] == "plateau"
    assert decisions.best is not None
    assert (decisions.best.value, decisions.best.step) == (0.5, 30)


def test_patience_counts_evaluations_since_the_best_and_keeps_its_weights() -> None:
    decisions = Decisions(None, 2, Classes(2))
    network = nn.Linear(1, 1)
    reasons = []
    for epoch, loss in enumerate([3.0, 1.0, 2.0, 1.5], start=1):
        with torch.no_grad():
            network.bias.fill_(epoch)
        reasons.append(decisions.look(Evaluation({"loss": loss}, 10, None), epoch, epoch, network))
    assert reasons == [None, None, None, "plateau"]
    assert decisions.best is not None
    assert decisions.best.epoch == 2
    assert decisions.best.weights["bias"].item() == 2.0


def test_a_run_that_loses_patience_ends_with_its_best_weights() -> None:
    done = run(MOONS, "train.patience=3", "train.epochs=500", "optimizer=SGD(lr=9)",
               "train.eval_every=1", "train.val=0.2")  # fmt: skip
    assert done.ended.reason == "plateau"
    losses = [e.val["loss"] for e in done.history.evaluated if e.val]
    assert done.ended.val is not None
    assert done.ended.val["loss"] == min(loss for loss in losses if loss is not None)
    assert len(losses) == losses.index(min(losses)) + 1 + 3  # type: ignore[type-var]
    assert "best weights" in done.ended.message


@pytest.mark.parametrize("times", [1, 3])
def test_a_run_stops_at_the_evaluation_that_meets_its_goal(times: int) -> None:
    done = run(MOONS, "goal.accuracy=0.8", f"goal.times={times}", "train.epochs=300",
               "train.eval_every=2")  # fmt: skip
    reached = [(e.train["accuracy"] or 0) >= 0.8 for e in done.history.evaluated]
    assert reached[-times:] == [True] * times
    assert not any(all(reached[i : i + times]) for i in range(len(reached) - times))
    assert done.ended.goal is not None
    assert done.ended.goal.met


def test_a_run_stopped_in_mid_epoch_goes_back_to_its_best_weights_too() -> None:
    request = Request()

    def stop_in_mid_epoch(record: Record) -> None:
        if isinstance(record, Evaluated):
            request.stop = "interrupted"

    ready = prepared(RANDOM, "train.patience=5", "train.eval_every=1", "train.epochs=1000")
    session = Session(ready, stop_in_mid_epoch)
    session.training.decisions.best = Best(0.0, 1, 1, session.training.trainer.network.state_dict())
    ended = session.run(request)
    assert "Back to the best weights, those of epoch 1." in ended.message


def test_the_validation_part_decides_where_there_is_one() -> None:
    done = run(MOONS, "train.val=0.4", "goal.accuracy=1.0", "train.epochs=400",
               "train.eval_every=1", "optimizer=Adam(lr=0.05)",
               "data=moons(n=50, noise=0.4)")  # fmt: skip
    last = done.history.evaluated[-1]
    assert last.val is not None
    met = [(e.train["accuracy"], (e.val or {})["accuracy"]) for e in done.history.evaluated]
    first = next((i for i, (_, val) in enumerate(met) if val == 1.0), None)
    assert (done.ended.reason == "goal") == (first is not None)
    assert first is None or first == len(met) - 1
