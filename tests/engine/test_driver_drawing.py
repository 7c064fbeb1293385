"""Samples that are drawn while an engine is driven, and pictures that it is asked about."""

import numpy as np

from tests.engine.serving import Served, weights_after, where
from tui_nn.spec.protocol import Changed, Phase, Stepped
from tui_nn.spec.protocol.commands import Change, GoTo, Inspect, Run, Seen, Step, Watch
from tui_nn.spec.protocol.frames import Given, GivenFrame, Samples, SamplesFrame

DRAWN = "data=edited(xor_gate(), add=((0.5, 0.5, 1),), remove=(0,))"
MORE = "data=edited(xor_gate(), add=((0.5, 0.5, 1), (0.2, 0.1, 0)), remove=(0,))"


def samples(engine: Served) -> SamplesFrame:
    frame = engine.frame(Inspect(probe=Samples()))
    assert isinstance(frame, SamplesFrame)
    return frame


def test_what_is_drawn_while_it_runs_is_trained_on_from_the_next_step(engine: Served) -> None:
    engine.load()
    engine.do(Run(pace=200))
    engine.until(lambda told: isinstance(told, Stepped) and told.step > 10)
    present = engine.do(Change(changes=(DRAWN,)))
    assert (present.state, present.branch) == ("running", 0)
    [change] = engine.records(Changed)
    assert change.step > 10
    assert (change.key, change.built.train_count) == ("data", 4)
    found = samples(engine)
    assert found.points is not None
    assert found.points.numpy()[-1].tolist() == [0.5, 0.5]
    assert found.in_data is not None
    assert found.in_data.numpy().tolist() == [0, 1, 2, 3]


def test_drawing_takes_no_step_and_moves_no_weight(engine: Served) -> None:
    engine.load()
    engine.step(6)
    present = engine.do(Change(changes=(DRAWN,)))
    assert where(present) == (6, Phase.EVALUATE, "paused")
    assert (engine.weights() == weights_after(6)).all()


def test_inside_a_step_it_is_made_again_with_what_was_drawn(engine: Served) -> None:
    engine.load()
    engine.step(5)
    engine.do(Step(by="phase", count=2))
    present = engine.do(Change(changes=(DRAWN,)))
    assert where(present) == (5, Phase.GRADIENT, "paused")
    assert engine.step().step == 6


def test_points_drawn_in_a_row_are_gone_back_over_one_by_one(engine: Served) -> None:
    engine.load()
    engine.step(5)
    engine.do(Change(changes=(DRAWN,)))
    engine.do(Change(changes=(MORE,), continues=True))
    engine.step(7)
    late = engine.weights()
    assert [c.continues for c in engine.records(Changed)] == [False, True]
    engine.do(GoTo(step=3))
    assert len(samples(engine).samples.numpy()) == 4
    assert len(samples(engine).y.numpy()) == 4
    engine.do(GoTo(step=12))
    assert (engine.weights() == late).all()
    assert len(samples(engine).samples.numpy()) == 5


def test_an_input_of_ones_own_is_answered_while_training_goes_on(engine: Served) -> None:
    engine.load()
    engine.do(Watch(watch=1, probe=Given(inputs=(0.0, 1.0)), rate=1000))
    first = engine.until(lambda told: isinstance(told, GivenFrame))
    assert first.probabilities is not None
    assert np.isclose(first.probabilities.numpy().sum(), 1)
    engine.do(Run())
    engine.until(lambda told: isinstance(told, Stepped) and told.step > 50)
    engine.send(Seen(watch=1, number=1))
    later = engine.until(lambda told: isinstance(told, GivenFrame))
    assert later.step > 0
    assert later.output != first.output


def test_an_input_that_is_none_is_refused_at_once(engine: Served) -> None:
    engine.load()
    problem = engine.refused(Watch(watch=1, probe=Given(inputs=(1.0,))))
    assert "1 numbers are given, an input is 2" in problem.message
