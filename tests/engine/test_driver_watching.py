"""What is watched while an engine is driven."""

from types import SimpleNamespace
from typing import cast

import pytest

from tests.engine.serving import XOR, Served, weights_after
from tui_nn.engine.connections import Connection, Connections
from tui_nn.engine.session import Session
from tui_nn.engine.watching import Watching
from tui_nn.spec.protocol import Ended, Phase, Stepped
from tui_nn.spec.protocol.commands import (
    Back,
    Inspect,
    Pause,
    Run,
    Seen,
    Step,
    Unwatch,
    Watch,
)  # fmt: skip
from tui_nn.spec.protocol.frames import (
    Curves,
    CurvesFrame,
    Frame,
    Layers,
    LayersFrame,
    Metrics,
    Predictions,
    Responses,
    Weights,
    WeightsFrame,
)
from tui_nn.spec.protocol.messages import Problem


def test_a_frame_waits_until_the_last_one_was_seen(engine: Served) -> None:
    engine.load(XOR, "train.epochs=1000000")
    engine.do(Watch(watch=3, probe=Curves(), rate=1000))
    first = engine.until(lambda told: isinstance(told, CurvesFrame))
    assert (first.watch, first.number) == (3, 1)
    engine.do(Run())
    engine.until(lambda told: isinstance(told, Stepped) and told.step > 200)
    engine.until(lambda told: isinstance(told, Stepped) and told.step > 400)
    assert len(engine.frames()) == 1
    engine.send(Seen(watch=3, number=1))
    second = engine.until(lambda told: isinstance(told, CurvesFrame))
    assert second.number == 2
    assert second.step > 0
    engine.send(Seen(watch=3, number=2))
    engine.do(Unwatch(watch=3))
    engine.do(Pause())
    shown = len(engine.frames())
    engine.step(20)
    assert len(engine.frames()) == shown


def test_frames_while_stopped_show_each_moment_once(engine: Served) -> None:
    engine.load()
    engine.do(Watch(watch=1, probe=Curves()))
    engine.until(lambda told: isinstance(told, Frame))
    for number, phase in ((1, Phase.FORWARD), (2, Phase.GRADIENT), (3, Phase.UPDATE)):
        engine.send(Seen(watch=1, number=number))
        step = engine.do(Step(by="phase")).step
        frame = engine.until(lambda told: isinstance(told, Frame))
        assert (frame.number, frame.step, frame.phase) == (number + 1, step, phase)
    engine.send(Seen(watch=1, number=4))
    engine.do(Pause())
    assert len(engine.frames()) == 4


def test_another_pace_makes_no_frame_due(engine: Served) -> None:
    engine.load(XOR, "train.epochs=1000000")
    engine.do(Watch(watch=1, probe=Curves(), rate=0.001))
    engine.until(lambda told: isinstance(told, CurvesFrame))
    engine.send(Seen(watch=1, number=1))
    engine.do(Run())
    engine.until(lambda told: isinstance(told, Stepped) and told.step > 500)
    engine.do(Run())
    engine.until(lambda told: isinstance(told, Stepped) and told.step > 1000)
    assert len(engine.frames()) == 1


def test_a_watch_that_does_not_apply_is_refused(engine: Served) -> None:
    engine.load()
    problem = engine.refused(Watch(watch=1, probe=Responses(layer="9")))
    assert "9" in f"{problem.where} {problem.message}"
    assert engine.step().step == 1
    assert engine.frames() == []


def test_looking_changes_no_bit_of_training(engine: Served) -> None:
    engine.load()
    engine.do(Watch(watch=1, probe=Layers(), rate=1000))
    for step in range(1, 16):
        engine.step()
        engine.frame(Inspect(probe=Metrics()))
        engine.send(Seen(watch=1, number=step))
    assert (engine.weights() == weights_after(15)).all()


def test_a_look_that_breaks_ends_its_watch_and_not_the_engine(engine: Served) -> None:
    network = 'network=["Linear(2, 4)", "Linear(4, 1)", "Sigmoid()"]'
    engine.load(XOR, network, "loss=BCELoss()", "optimizer=SGD(lr=1e30)")
    engine.do(Watch(watch=1, probe=Predictions()))
    engine.send(Seen(watch=1, number=1))
    engine.do(Run())
    engine.until(lambda told: isinstance(told, Ended) and told.reason == "diverged")
    engine.do(Back())
    [problem] = [told for told in engine.told if isinstance(told, Problem)]
    assert problem.message.startswith("watch 1: RuntimeError: ")


@pytest.mark.parametrize("asked", [Step(count=7), Step(by="epoch"), Step(by="epoch", count=2)])
def test_the_last_step_that_was_asked_for_shows_what_it_did(engine: Served, asked: Step) -> None:
    engine.load()
    engine.do(Watch(watch=1, probe=Layers()))
    engine.until(lambda told: isinstance(told, LayersFrame))
    engine.send(Seen(watch=1, number=1))
    present = engine.do(asked)
    frame = engine.until(lambda told: isinstance(told, LayersFrame) and told.step == present.step)
    assert all(row.update for row in frame.layers if row.weight)


def unwatched_for_long(engine: Served, *changes: str) -> None:
    """A watch whose next frame is due only when training stands."""
    engine.load(XOR, *changes)
    engine.do(Watch(watch=1, probe=Layers(), rate=0.001))
    engine.until(lambda told: isinstance(told, LayersFrame))
    engine.send(Seen(watch=1, number=1))


def shown_at(engine: Served, step: int) -> LayersFrame:
    frame: LayersFrame = engine.until(lambda told: isinstance(told, LayersFrame))
    assert frame.step == step
    return frame


def test_at_the_goal_the_last_step_shows_what_it_did(engine: Served) -> None:
    unwatched_for_long(engine, "goal.loss=0.1")
    engine.do(Run())
    ended = engine.until(lambda told: isinstance(told, Ended))
    assert ended.reason == "goal"
    assert all(row.update for row in shown_at(engine, ended.step).layers if row.weight)


def test_a_run_flat_out_that_is_paused_shows_what_its_last_step_did(engine: Served) -> None:
    unwatched_for_long(engine, "train.epochs=1000000")
    engine.do(Run())
    engine.until(lambda told: isinstance(told, Stepped) and told.step > 500)
    present = engine.do(Pause())
    assert present.state == "paused"
    assert all(row.update for row in shown_at(engine, present.step).layers if row.weight)
    again = engine.do(Pause())
    assert (again.state, again.step) == ("paused", present.step)


def test_the_best_weights_are_no_update_of_the_last_step(engine: Served) -> None:
    unwatched_for_long(engine, "optimizer=SGD(lr=30)", "train.patience=3")
    engine.do(Run())
    ended = engine.until(lambda told: isinstance(told, Ended))
    assert ended.reason == "plateau"
    assert not any(row.update for row in shown_at(engine, ended.step).layers)


def test_a_watch_no_slower_than_the_pace_shows_every_step(engine: Served) -> None:
    engine.load(XOR, "train.epochs=1000000")
    engine.do(Watch(watch=1, probe=Weights(tensor="0.weight"), rate=5))
    engine.send(Run(pace=5))
    steps: list[int] = []
    while len(steps) < 7:
        frame = engine.until(lambda told: isinstance(told, WeightsFrame))
        engine.send(Seen(watch=1, number=frame.number))
        steps.append(frame.step)
    assert steps[1:] == list(range(steps[1], steps[1] + 6))  # the first was shown at rest


def test_a_step_that_was_foreseen_is_awaited_no_longer_once_training_has_stood() -> None:
    watching = Watching(cast(Connections, None))
    watching.add(cast(Connection, object()), Watch(watch=1, probe=Layers(), rate=1000))
    without_before = cast(
        Session, SimpleNamespace(branch=0, step=1, phase=Phase.EVALUATE, lit="", before=None)
    )
    assert watching.wants_before(1.0, running=True)
    assert not watching.show(without_before, 0, 1.0, running=True)
    watching.wants_before(1.001, running=False)
    nothing_to_look_at = cast(Session, None)
    assert not watching.show(nothing_to_look_at, 0, 1.001, running=True)
