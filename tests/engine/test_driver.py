"""An engine, as whoever drives it sees it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.serving import XOR, Served, serving, weights_after, where
from tests.support import advance_to, prepared
from tui_nn.data.open import open_experiment
from tui_nn.engine.driver import Driver
from tui_nn.engine.keeping import read_last
from tui_nn.engine.session import Session
from tui_nn.engine.verifying import state_hashes
from tui_nn.runs.folder import Folder
from tui_nn.spec.protocol import Ended, Phase, Saved, Started, Stepped
from tui_nn.spec.protocol.commands import (
    Back,
    Change,
    Commands,
    GoTo,
    Grain,
    Inspect,
    Load,
    Pause,
    Reset,
    Run,
    Save,
    Step,
    Stop,
)  # fmt: skip
from tui_nn.spec.protocol.frames import (
    Curves,
    CurvesFrame,
)
from tui_nn.spec.protocol.messages import Answer, Hello, Present, Problem

# Loading


def test_hello_comes_first_then_what_is_loaded_is_told(engine: Served) -> None:
    assert isinstance(engine.next(), Hello)
    present = engine.load()
    assert where(present) == (0, Phase.OPTIMIZER, "ready")
    [started] = engine.records(Started)
    assert (started.train_count, started.epochs, started.batch_size) == (4, 500, 1)


def test_what_cannot_be_loaded_is_a_problem_and_what_was_loaded_stays(engine: Served) -> None:
    assert engine.refused(Step()).message == "nothing is loaded"
    assert engine.refused(Load(experiment="xor-mpl")).hint == "did you mean xor-mlp?"
    engine.load()
    engine.step(3)
    problem = engine.refused(Load(experiment="test", text=XOR.replace("Adam", "Adm"), runs=None))
    assert (problem.where, problem.hint) == (
        "test: optimizer",
        "did you mean Adam or RAdam or NAdam?",
    )
    assert engine.step().step == 4


def test_a_folder_is_made_with_the_first_step_and_holds_what_was_told(
    engine: Served, tmp_path: Path
) -> None:
    assert engine.load(runs="kept").run == ""
    assert not (tmp_path / "kept").exists()
    folder = Folder(Path(engine.step(5).run))
    assert folder.path.parent == tmp_path / "kept"
    assert engine.do(Save()).step == 5
    assert b'"started"' in folder.events.read_bytes().splitlines()[0]
    assert {saved.step for saved in engine.records(Saved)} == {5}


def test_a_run_is_taken_up_where_it_was_saved(engine: Served) -> None:
    run = engine.load(runs="kept").run or engine.step(6).run
    assert engine.do(Load(experiment=run)).step == 6
    engine.step(4)
    assert (engine.weights() == weights_after(10)).all()


def test_a_run_that_is_kept_nowhere_cannot_be_saved(engine: Served) -> None:
    engine.load()
    engine.step()
    assert engine.refused(Save()).message == "this run is kept nowhere"


# Going on


def test_a_step_goes_through_its_phases_one_by_one(engine: Served) -> None:
    engine.load()
    phases = [where(engine.do(Step(by="phase"))) for _ in range(5)]
    assert phases == [
        (0, Phase.FORWARD, "paused"),
        (0, Phase.GRADIENT, "paused"),
        (1, Phase.UPDATE, "paused"),
        (1, Phase.EVALUATE, "paused"),
        (1, Phase.FORWARD, "paused"),
    ]


def test_however_it_is_stepped_it_ends_with_the_same_weights(engine: Served) -> None:
    engine.load()
    engine.do(Step(by="phase", count=6))  # inside the second step
    engine.step(2)  # the rest of that step, and one more
    engine.do(Step(by="epoch"))
    engine.do(Step(by="phase", count=2))
    engine.do(Step(by="epoch", count=2))
    present = engine.step(3)
    assert (present.step, present.epoch) == (15, 3)
    assert (engine.weights() == weights_after(15)).all()


def test_steps_that_are_asked_for_at_once_follow_each_other(engine: Served) -> None:
    engine.load()
    numbers = [engine.send(Step(count=count)) for count in (3, 4, 5)]
    steps = [answer.present.step for answer in map(engine.answer_to, numbers)
             if isinstance(answer, Answer)]  # fmt: skip
    assert steps == [3, 7, 12]


def test_running_stops_when_told_and_goes_on_from_there(engine: Served) -> None:
    engine.load(XOR, "train.epochs=100000")
    assert engine.do(Run()).state == "running"
    engine.until(lambda told: isinstance(told, Stepped) and told.step > 100)
    present = engine.do(Pause())
    assert present.state == "paused"
    assert engine.step().step == present.step + 1


def test_a_pace_is_kept(engine: Served) -> None:
    engine.load()
    engine.do(Run(pace=100))
    tenth = engine.until(lambda told: isinstance(told, Stepped) and told.step >= 10)
    twentieth = engine.until(lambda told: isinstance(told, Stepped) and told.step >= 20)
    assert twentieth.step - tenth.step == 10
    assert twentieth.elapsed_s < 0.05  # waiting is not training


def test_a_run_goes_to_its_end_and_says_so_once(engine: Served) -> None:
    engine.load(XOR, "train.epochs=5")
    engine.do(Run())
    done = engine.until(lambda told: isinstance(told, Present) and told.state == "done")
    assert (done.step, done.words) == (20, engine.records(Ended)[0].message)
    problem = engine.refused(Run())
    assert problem.message == "all 5 epochs are done"
    assert "train.epochs" in problem.hint
    assert engine.do(Change(changes=("train.epochs=7",))).state == "paused"
    engine.do(Run())
    engine.until(lambda told: isinstance(told, Present) and told.state == "done")
    assert [ended.step for ended in engine.records(Ended)] == [20, 28]
    assert (engine.weights() == weights_after(28)).all()


def test_a_goal_ends_a_run_and_it_may_go_on_behind_it(engine: Served) -> None:
    engine.load(XOR, "goal.loss=0.5")
    engine.do(Run())
    reached = engine.until(lambda told: isinstance(told, Present) and told.state == "goal")
    assert engine.step().step == reached.step + 1


def test_what_diverges_is_told_with_its_culprit_and_can_be_left_by_going_back(
    engine: Served,
) -> None:
    engine.load(XOR, "loss=MSELoss()", "optimizer=SGD(lr=1e30)")
    engine.do(Run())
    present = engine.until(lambda told: isinstance(told, Present) and told.state == "diverged")
    [ended] = engine.records(Ended)
    assert ended.reason == "diverged"
    assert ended.culprit
    assert present.words == ended.message
    assert engine.do(Back(count=present.step)).step == 0
    assert engine.do(Change(changes=("optimizer=SGD(lr=0.1)",))).branch == 1
    assert engine.step(5).step == 5


# What is none


def test_lines_that_are_no_commands_are_problems_and_harm_nothing(engine: Served) -> None:
    engine.load()
    engine.step(5)
    for line in (
        b"hello", b"{}", b"[]", b'{"do":"fly"}', b'{"do":"step","count":"x"}', b"\xff\xfe",
        b'{"do":"step","by":"week"}', b'{"do":"watch"}', b"{" * 10_000, b'"' + b"x" * 100_000,
    ):  # fmt: skip
        engine.write(line + b"\n")
        problem = engine.until(lambda told: isinstance(told, Problem))
        assert problem.message
        assert len(problem.message) < 400
    engine.step(5)
    assert (engine.weights() == weights_after(10)).all()


@pytest.fixture(scope="module")
def shared() -> Iterator[Served]:
    with serving() as served:
        served.load()
        served.step()
        yield served


@given(st.one_of(
    st.binary(max_size=80),
    st.text(max_size=80).map(lambda text: f'{{"do":"step","count":{text}}}'.encode()),
))  # fmt: skip
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_line_ends_the_engine(shared: Served, line: bytes) -> None:
    shared.write(line.replace(b"\n", b" ") + b"\n")
    assert isinstance(shared.frame(Inspect(probe=Curves())), CurvesFrame)


def test_training_that_breaks_is_told_and_may_go_on_from_the_last_good_state(
    engine: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.load()
    engine.step(4)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("out of memory")

    with monkeypatch.context() as patch:
        patch.setattr(Session, "advance", broken)
        problem = engine.refused(Step())
    assert problem.message == "RuntimeError: out of memory"
    present = engine.until(lambda told: isinstance(told, Present) and told.state == "failed")
    engine.step(10 - present.step)
    assert (engine.weights() == weights_after(10)).all()


def test_a_step_gone_into_again_that_breaks_leaves_an_engine_that_obeys(
    engine: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.load()
    engine.do(Step(by="phase", count=2))

    def broken(*_: object) -> None:
        raise RuntimeError("out of memory")

    with monkeypatch.context() as patch:
        patch.setattr(Session, "advance_gated", broken)
        assert engine.refused(Change(changes=("train.epochs=9",))).message.endswith("of memory")
    assert engine.step().step == 1


# The end


def test_stop_tells_the_end_saves_and_hangs_up(engine: Served) -> None:
    engine.load(runs="kept")
    run = Folder(Path(engine.step(7).run))
    engine.send(Step(by="phase", count=2))
    engine.do(Stop())
    while engine.next() is not None:
        pass
    [ended] = engine.records(Ended)
    assert (ended.reason, ended.step) == ("stopped", 7)
    assert run.last.exists()


@pytest.mark.parametrize("by", ["phase", "step"])
def test_an_input_that_closes_saves_and_ends_even_inside_a_step(engine: Served, by: Grain) -> None:
    engine.load(runs="kept")
    run = Folder(Path(engine.do(Step(by="phase", count=8)).run))
    engine.do(Step(by=by, count=2))
    engine.hang_up()
    while engine.next() is not None:
        pass
    [ended] = engine.records(Ended)
    assert ended.step == (2 if by == "phase" else 4)
    assert run.last.exists()


def test_a_driven_run_is_saved_as_a_straight_one_would_be(engine: Served) -> None:
    engine.load(runs="kept")
    run = Folder(Path(engine.do(Step(by="phase", count=3)).run))
    engine.step(11)
    engine.do(Back(count=6))
    engine.step(6)
    engine.do(Save())
    session = Session(prepared(XOR), lambda record: None)
    advance_to(session, 11)
    saving, _ = read_last(run, open_experiment(str(run.experiment)).prepared)
    session.training.go_to(saving.moment)
    saved = state_hashes(session.training)
    session.return_to(session.good)
    advance_to(session, 11)
    assert state_hashes(session.training) == saved


@pytest.mark.parametrize("back", [GoTo(step=0), Reset(), Reset(seed=3)])
def test_what_was_trained_is_kept_when_a_run_is_left_at_its_first_step(
    engine: Served, back: Commands
) -> None:
    engine.load(runs="kept")
    run = engine.step(5).run
    left = engine.do(back)
    engine.load()
    present = engine.do(Load(experiment=run))
    assert (present.step, present.branch) == (0, left.branch)
    assert engine.do(GoTo(step=5, branch=0)).head == 5
    assert (engine.weights() == weights_after(5)).all()


def test_an_engine_that_is_to_leave_does_not_go_a_way_to_its_end(
    engine: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.load(XOR, "train.history_mb=0", runs="kept")
    run = Folder(Path(engine.step(400).run))
    reached: list[int] = []

    def is_over(driver: Driver) -> bool:
        if (step := driver.telling.session.step) == 400:
            return False
        reached.append(step)
        return True

    monkeypatch.setattr(Driver, "is_over", property(is_over))
    assert engine.refused(GoTo(step=399)).message == "the engine is leaving"
    assert engine.until(lambda told: isinstance(told, Ended)).step == reached[0] < 399
    engine.join()
    assert read_last(run, open_experiment(str(run.experiment)).prepared)[0].moment.step < 399
