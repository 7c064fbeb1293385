"""An engine that is taken back and changed."""

import msgspec
import pytest

from tests.engine.serving import XOR, Served, weights_after, where
from tests.support import prepared
from tui_nn.engine.session import Session
from tui_nn.engine.travel import change
from tui_nn.spec.protocol import Changed, Evaluated, Phase, Stepped
from tui_nn.spec.protocol.commands import (
    Back,
    Change,
    Commands,
    GoTo,
    Inspect,
    Load,
    Pause,
    Reset,
    Run,
    Step,
)  # fmt: skip
from tui_nn.spec.protocol.frames import AnyFrame, Curves, Layers, TrainingStep, Weights
from tui_nn.spec.protocol.messages import Present

# Going back


def test_back_by_phases_returns_through_the_phases(engine: Served) -> None:
    engine.load()
    engine.step(3)
    engine.do(Step(by="phase", count=2))
    found = [where(engine.do(Back(by="phase")))[:2] for _ in range(4)]
    assert found == [
        (3, Phase.FORWARD), (3, Phase.EVALUATE), (3, Phase.UPDATE), (2, Phase.GRADIENT)
    ]  # fmt: skip
    engine.step()
    assert (engine.weights() == weights_after(3)).all()


@pytest.mark.parametrize(
    "gone", [(Step(by="phase"), Back(by="phase")), (Back(by="phase", count=4),)]
)
def test_back_at_the_end_of_a_step_torch_holds_what_it_held_there(
    engine: Served, gone: tuple[Commands, ...]
) -> None:
    engine.load()
    probes = (Curves(), Weights(tensor="0.weight"), TrainingStep(), Layers())

    def held() -> list[AnyFrame]:
        frames = (engine.frame(Inspect(probe=probe)) for probe in probes)
        return [msgspec.structs.replace(frame, cost_s=0.0) for frame in frames]

    engine.step(3)
    seen = {}
    for step in (2, 3):
        engine.do(GoTo(step=step))
        seen[step] = held()
    for command in gone:
        engine.do(command)
    assert held() == seen[3 if len(gone) == 2 else 2]


def test_back_by_more_than_there_is_ends_at_the_first_step(engine: Served) -> None:
    engine.load()
    engine.step(2)
    assert where(engine.do(Back(by="phase", count=10**9))) == (0, Phase.OPTIMIZER, "ready")


def test_back_and_forth_come_to_the_same_bits_and_record_nothing_twice(engine: Served) -> None:
    engine.load(XOR, "train.eval_every=1")
    seen = {step: (engine.step() and engine.weights()) for step in range(1, 11)}
    assert engine.do(Back(count=4)).step == 6
    assert (engine.weights() == seen[6]).all()
    assert engine.do(Back(by="epoch")).step == 4
    assert (engine.weights() == seen[4]).all()
    assert engine.do(GoTo(step=9)).head == 10
    assert (engine.weights() == seen[9]).all()
    engine.do(GoTo(step=0))
    engine.step(12)
    told = [told.first for told in engine.records(Stepped) for _ in told.loss.numpy()]
    assert sum(len(told.loss.numpy()) for told in engine.records(Stepped)) == 12
    assert told == sorted(told)
    assert [evaluated.step for evaluated in engine.records(Evaluated)] == [4, 8, 12]


def test_a_step_that_is_not_recorded_cannot_be_gone_to(engine: Served) -> None:
    engine.load()
    engine.step(3)
    assert engine.refused(GoTo(step=4)).message == "step 4 is not recorded"
    assert engine.refused(GoTo(step=1, branch=7)).message == "there is no branch 7"
    assert engine.refused(Back(count=0)).message == "count is 0"
    assert engine.step().step == 4


def test_reset_begins_again_with_the_same_weights_or_a_new_seed(engine: Served) -> None:
    engine.load()
    first = engine.weights()
    engine.step(5)
    assert where(engine.do(Reset())) == (0, Phase.OPTIMIZER, "ready")
    assert (engine.weights() == first).all()
    engine.step(2)
    present = engine.do(Reset(seed=7))
    assert (present.step, present.branch) == (0, 1)
    assert (engine.weights() != first).any()
    engine.step(3)
    assert (engine.weights() == weights_after(3, "train.seed=7")).all()


# Changing


def test_a_change_takes_effect_at_once_and_is_recorded(engine: Served) -> None:
    engine.load()
    engine.step(5)
    assert engine.do(Change(changes=("optimizer=Adam(lr=0.25)",))).lr == 0.25
    [changed] = engine.records(Changed)
    assert (changed.step, changed.key, changed.old, changed.new, changed.branch) == (
        5, "optimizer", "Adam(lr=0.05)", "Adam(lr=0.25)", 0
    )  # fmt: skip
    assert not changed.continues


def test_a_change_that_goes_on_with_the_one_before_is_recorded_so(engine: Served) -> None:
    engine.load()
    for lr, continues in ((0.25, False), (0.5, True)):
        engine.do(Change(changes=(f"optimizer=Adam(lr={lr})",), continues=continues))
    assert [changed.continues for changed in engine.records(Changed)] == [False, True]


def test_a_change_behind_the_head_begins_a_branch_and_the_old_one_stays(engine: Served) -> None:
    engine.load()
    engine.step(10)
    tenth = engine.weights()
    engine.do(Back(count=5))
    assert engine.do(Change(changes=("train.batch_size=2",))).branch == 1
    engine.step(5)
    assert (engine.weights() != tenth).any()
    assert engine.do(GoTo(step=10, branch=0)).branch == 0
    assert (engine.weights() == tenth).all()


def test_a_change_inside_a_step_stays_at_its_phase(engine: Served) -> None:
    engine.load()
    engine.do(Step(by="phase", count=6))
    present = engine.do(Change(changes=("optimizer=SGD(lr=0.5)",)))
    assert where(present) == (1, Phase.GRADIENT, "paused")
    assert engine.records(Changed)[0].step == 1
    engine.step()
    session = Session(prepared(XOR), lambda record: None)
    session.advance(1)
    change(session, ("optimizer=SGD(lr=0.5)",))
    session.advance(1)
    straight = session.training.trainer.network.state_dict()
    assert (engine.weights("2.bias") == straight["2.bias"].numpy()).all()
    assert engine.do(Step(by="phase")).step == 2


def test_at_the_end_of_a_branch_the_change_made_there_is_in_force_again(engine: Served) -> None:
    engine.load()
    engine.step(6)
    made = engine.do(Change(changes=("optimizer=Adam(lr=0.25)",)))
    engine.do(Reset())
    back = engine.do(GoTo(step=6, branch=0))
    assert (back.lr, back.changes) == (made.lr, made.changes) == (0.25, 1)
    engine.step()
    engine.do(GoTo(step=7, branch=0))
    assert engine.records(Changed)[-1].branch == 1


def test_before_a_change_it_is_told_that_it_is_not_in_force(engine: Served) -> None:
    engine.load()
    engine.step(6)
    engine.do(Change(changes=("optimizer=Adam(lr=0.25)",)))
    engine.step()
    back = engine.do(Back())
    assert (back.step, back.lr, back.changes) == (6, 0.05, 0)
    forth = engine.do(Step(by="phase"))
    assert (forth.step, forth.lr, forth.changes) == (6, 0.25, 1)


def test_a_run_that_a_refused_command_has_ended_is_told_to_stand(engine: Served) -> None:
    engine.load(XOR, "train.epochs=1000000")
    engine.do(Run())
    engine.refused(GoTo(step=10**9))
    told = [told for told in engine.told if isinstance(told, Present)]
    assert told[-1].state == "paused"


def test_a_change_while_it_runs_does_not_stop_it(engine: Served) -> None:
    engine.load(XOR, "train.epochs=1000000")
    engine.do(Run())
    present = engine.do(Change(changes=("optimizer=Adam(lr=0.001)",)))
    assert (present.state, present.lr) == ("running", 0.001)
    engine.until(lambda told: isinstance(told, Stepped) and told.step > present.step)


def test_a_bad_change_is_a_problem_and_changes_nothing(engine: Served) -> None:
    engine.load()
    engine.step(5)
    for bad, said in (
        ("optimizer=Adm(lr=1)", "Adm"),
        ("optimizer=Adam(lr=-1)", "lr"),
        ("train.batchsize=2", "batchsize"),
        ("network=['Linear(2, 1)']", "network"),
        ("nonsense", "nonsense"),
    ):
        problem = engine.refused(Change(changes=(bad,)))
        assert said in f"{problem.where} {problem.message}"
    engine.step(5)
    assert (engine.weights() == weights_after(10)).all()
    assert engine.records(Changed) == []


def test_a_change_to_a_step_with_fewer_phases_stops_inside_that_step(engine: Served) -> None:
    engine.load(XOR, "optimizer=LBFGS()", "train.batch_size=0")
    engine.do(Step(by="phase", count=8))
    present = engine.do(Change(changes=("optimizer=Adam()",)))
    assert where(present) == (1, Phase.UPDATE, "paused")


# In order


def test_what_is_sent_while_a_phase_is_gone_back_to_is_carried_out_in_order(
    engine: Served,
) -> None:
    engine.load()
    engine.do(Step(by="phase", count=3))
    change, step = engine.send_at_once(
        Back(by="phase"), Pause(), Change(changes=("optimizer=Adam(lr=0.25)",)), Step(by="phase")
    )[2:]
    assert engine.done(change).lr == 0.25
    assert len(engine.records(Changed)) == 1
    assert where(engine.done(step)) == (1, Phase.UPDATE, "paused")


@pytest.mark.parametrize("what", [GoTo(step=0), Reset(), Load(experiment="xor-mlp", runs=None)])
def test_steps_that_wait_for_a_task_end_with_it(engine: Served, what: Commands) -> None:
    engine.load(XOR, "train.epochs=100000")
    first, second, last = engine.send_at_once(
        Step(by="epoch", count=99_999), Step(by="epoch"), what
    )
    assert engine.done(first).state == "paused"
    assert engine.done(second).state == "paused"
    assert where(engine.done(last)) == (0, Phase.OPTIMIZER, "ready")
    assert engine.do(Pause()).step == 0


# Built anew


def test_what_a_run_is_built_on_is_exchanged_from_its_first_step_and_the_old_run_stays(
    engine: Served,
) -> None:
    engine.load()
    engine.step(5)
    before = engine.weights()
    wanted = 'network=["Linear(2, 6)", "ReLU()", "Linear(6, 1)"]'
    present = engine.do(Change(changes=(wanted,), anew=True))
    assert (present.branch, present.step, present.state) == (1, 0, "ready")
    [change] = engine.records(Changed)
    assert change.built is not None
    assert [layer.parameters for layer in change.built.layers] == [18, 0, 7]
    assert (change.built.input_shape, change.built.classes) == ((2,), 2)
    engine.step(3)
    engine.ask(GoTo(step=5, branch=0))
    assert (engine.weights() == before).all()


def test_training_anew_that_can_not_be_is_refused_and_nothing_moves(engine: Served) -> None:
    engine.load()
    engine.step(5)
    problem = engine.refused(Change(changes=('network=["Linear(3, 1)"]',), anew=True))
    assert "expects 3, gets 2" in problem.message
    assert (engine.weights() == weights_after(5)).all()


def test_training_anew_begins_with_the_settings_of_now_and_other_ones(engine: Served) -> None:
    engine.load()
    engine.step(2)
    engine.ask(Change(changes=("optimizer=SGD(lr=0.5)",)))
    engine.step(2)
    present = engine.do(Change(changes=("init=zeros_()",), anew=True))
    assert present.step == 0
    changed = {change.key: change.new for change in engine.records(Changed)}
    assert changed == {"optimizer": "SGD(lr=0.5)", "init": "zeros_()"}
