"""Runs that are opened again through an engine."""

from pathlib import Path

import numpy as np
import pytest

from tests.engine.serving import XOR, Served, weights_after
from tests.support import contents
from tui_nn.runs.folder import Folder
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.commands import Change, Load, Run, Step
from tui_nn.spec.protocol.messages import Present


def ended(engine: Served, *changes: str) -> Folder:
    """A run that trained to its end."""
    engine.load(XOR, *changes, runs="kept")
    run = Folder(Path(engine.do(Run()).run))
    engine.until(lambda told: isinstance(told, Present) and told.state in ("done", "goal"))
    engine.load()
    return run


@pytest.mark.parametrize(
    ("change", "state"), [("train.epochs=6", "done"), ("goal.accuracy=0.75", "goal")]
)
def test_a_finished_run_that_is_only_looked_at_stays_as_it_is(
    engine: Served, change: str, state: str
) -> None:
    run = ended(engine, change)
    before = contents(run)
    present = engine.do(Load(experiment=str(run.path)))
    assert present.state == state
    assert present.words
    engine.load()
    assert contents(run) == before


def test_a_run_that_was_stopped_stays_as_it_is_when_it_is_only_looked_at(engine: Served) -> None:
    engine.load(runs="kept")
    run = Folder(Path(engine.step(5).run))
    engine.load()
    before = contents(run)
    present = engine.do(Load(experiment=str(run.path)))
    assert (present.state, present.step) == ("paused", 5)
    engine.load()
    assert contents(run) == before


def test_a_run_that_goes_on_is_saved_again(engine: Served) -> None:
    engine.load(runs="kept")
    run = Folder(Path(engine.step(5).run))
    engine.load()
    engine.do(Load(experiment=str(run.path)))
    engine.do(Step())
    engine.load()
    assert engine.do(Load(experiment=str(run.path))).step == 6


def test_what_is_loaded_after_a_run_that_was_stopped_begins_at_its_own_start(
    engine: Served,
) -> None:
    engine.load()
    engine.step(5)
    engine.load()
    assert engine.step().step == 1
    assert np.array_equal(engine.weights(), weights_after(1))


def test_a_step_that_another_run_had_stopped_inside_is_not_gone_into_again(engine: Served) -> None:
    engine.load()
    engine.do(Step(by="phase"))
    engine.load()
    present = engine.do(Change(changes=("train.epochs=7",)))
    assert (present.step, present.phase) == (0, Phase.OPTIMIZER)
