"""An engine that is driven layer by layer, inside forward and gradient."""

from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.serving import XOR, Served, serving, weights_after
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.commands import Back, Change, Inspect, Seen, Step, Watch
from tui_nn.spec.protocol.frames import Curves, CurvesFrame, LayerPass, LayerPassFrame
from tui_nn.spec.protocol.messages import Present

Where = tuple[int, Phase, str]
F, G, U, E = Phase.FORWARD, Phase.GRADIENT, Phase.UPDATE, Phase.EVALUATE
STOPS = (
    *((F, layer) for layer in ("0", "1", "2", "")),
    *((G, layer) for layer in ("2", "1", "0", "")),
    (U, ""),
    (E, ""),
)
"""Of one step of XOR."""
RESIDUAL = XOR.replace('"Tanh()"', '"Residual(Linear(4, 4), Tanh())"')
LBFGS = XOR.replace("Adam(lr=0.05)", "LBFGS(max_iter=3)").replace(
    "batch_size = 1", "batch_size = 0"
)


def where(present: Present) -> Where:
    return present.step, present.phase, present.layer


def stop(number: int) -> Where:
    """Where training stands after so many stops."""
    if number == 0:
        return 0, Phase.OPTIMIZER, ""
    step, at = divmod(number - 1, len(STOPS))
    phase, layer = STOPS[at]
    return step + (phase in (U, E)), phase, layer


def on(engine: Served, count: int = 1) -> Present:
    return engine.do(Step(by="layer", count=count))


def back(engine: Served, count: int = 1) -> Present:
    return engine.do(Back(by="layer", count=count))


def test_a_step_goes_through_its_layers_there_and_back(engine: Served) -> None:
    engine.load()
    assert [where(on(engine)) for _ in range(13)] == [stop(number) for number in range(1, 14)]


def test_going_back_stands_at_every_stop_again(engine: Served) -> None:
    engine.load()
    on(engine, 23)
    assert [where(back(engine)) for _ in range(23)] == [stop(n) for n in reversed(range(23))]
    assert where(back(engine)) == stop(0)


@pytest.mark.parametrize("count", [1, 3, 4, 8, 9, 10, 17, 31])
def test_several_layers_at_once_lead_as_far_as_one_by_one(engine: Served, count: int) -> None:
    engine.load()
    assert where(on(engine, count)) == stop(count)
    assert where(on(engine, 5)) == stop(count + 5)
    assert where(back(engine, 5)) == stop(count)
    assert where(back(engine, count)) == stop(0)


def test_the_layers_inside_a_residual_come_before_it_and_behind_it_on_the_way_back(
    engine: Served,
) -> None:
    engine.load(RESIDUAL)
    layers = [on(engine).layer for _ in range(12)]
    assert layers == ["0", "1.0", "1.1", "1", "2", "", "2", "1", "1.1", "1.0", "0", ""]


def test_inside_lbfgs_every_pass_is_told_by_its_number(engine: Served) -> None:
    engine.load(LBFGS)
    looks = [on(engine).look for _ in range(20)]
    assert looks == [1] * 8 + [2] * 8 + [3] * 4
    assert [back(engine).look for _ in range(5)] == [3, 3, 3, 2, 2]
    frame = engine.frame(Inspect(probe=LayerPass()))
    assert isinstance(frame, LayerPassFrame)
    assert (frame.look, frame.layer) == (2, "0")


def test_however_its_layers_are_stepped_a_run_has_the_same_weights(engine: Served) -> None:
    engine.load()
    on(engine, 7)
    engine.do(Step(by="phase"))
    on(engine, 4)
    back(engine, 9)
    engine.step(2)
    on(engine, 3)
    engine.do(Back(by="phase"))
    on(engine, 6)
    present = engine.do(Step(count=9 - engine.step().step))
    assert present.step == 9
    assert (engine.weights() == weights_after(9)).all()


@given(moves=st.lists(st.integers(-12, 12).filter(bool), min_size=1, max_size=8))
@settings(max_examples=12, deadline=None)
def test_any_walk_by_layers_ends_where_it_is_counted_to(moves: list[int]) -> None:
    at = list(accumulate(moves, lambda stands, move: max(0, stands + move), initial=0))
    with serving() as engine:
        engine.load()
        for move, expected in zip(moves, at[1:], strict=True):
            present = on(engine, move) if move > 0 else back(engine, -move)
            assert where(present) == stop(expected)
        engine.step(2)
        done = engine.step().step
        assert (engine.weights() == weights_after(done)).all()


def test_from_a_layer_the_next_phase_is_gone_to_as_a_whole(engine: Served) -> None:
    engine.load()
    on(engine, 2)
    assert where(engine.do(Step(by="phase"))) == (0, G, "")
    assert where(engine.do(Back(by="phase"))) == (0, F, "")
    assert where(back(engine)) == (0, F, "2")
    assert where(engine.do(Back(by="phase"))) == (0, Phase.OPTIMIZER, "")


def test_a_change_leaves_training_at_the_layer_where_it_stands(engine: Served) -> None:
    engine.load()
    on(engine, 6)
    assert where(engine.do(Change(changes=("optimizer=SGD(lr=0.1)",)))) == (0, G, "1")
    assert where(on(engine)) == (0, G, "0")


def test_a_count_of_none_is_refused(engine: Served) -> None:
    engine.load()
    on(engine, 3)
    assert engine.refused(Back(by="layer", count=0)).message == "count is 0"
    assert engine.refused(Step(by="layer", count=-1)).message == "count is -1"


def test_the_layer_where_training_stands_is_watched_and_nothing_else_again(
    engine: Served,
) -> None:
    engine.load()
    on(engine)
    engine.do(Watch(watch=2, probe=Curves()))
    engine.send(Watch(watch=1, probe=LayerPass()))
    told: list[tuple[Phase, str]] = []
    for _ in range(8):
        frame = engine.until(lambda found: isinstance(found, LayerPassFrame))
        told.append((frame.phase, frame.layer))
        assert (frame.arrives is None) == (frame.phase is F)
        acknowledged = (Seen(watch=f.watch, number=f.number) for f in engine.frames())
        engine.send_at_once(*acknowledged, Step(by="layer"))
    assert told == [
        *((F, layer) for layer in ("0", "1", "2", "2")),
        *((G, layer) for layer in ("2", "1", "0", "2")),
    ]
    curves = [frame.phase for frame in engine.frames() if isinstance(frame, CurvesFrame)]
    assert curves == [F, G]
