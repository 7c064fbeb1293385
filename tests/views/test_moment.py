"""The two lines of the moment: the phase's call, and its mathematics in this step's numbers."""

import pytest

from tests.views.neuron_run import NeuronRun
from tests.views.support import evaluated, layer, present, started, stepped, world_of
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.frames import Curves, CurvesFrame
from tui_nn.views.desk import Desk
from tui_nn.views.moment import facts, mathematics, torch_line
from tui_nn.views.panels.look_for import LOOK_FOR
from tui_nn.views.world import World

EXPERIMENT = {
    "data": "spiral(n=500)",
    "network": ["Linear(2, 8)", "Tanh()", "Linear(8, 1)"],
    "loss": "BCEWithLogitsLoss()",
    "optimizer": "Adam(lr=0.01)",
    "schedule": "StepLR(step_size=10)",
    "train": {"batch_size": 10, "clip_norm": 1.0, "shuffle": True, "schedule_every": "step"},
}
PHASES = tuple(Phase)


def spiral(phase: Phase, **changes: object) -> World:
    layers = (layer("Linear(2, 8)", 8, parameters=24), layer("Linear(8, 1)", 1, parameters=9))
    world = world_of(
        started(experiment=EXPERIMENT | changes, layers=layers),
        stepped(1, [0.5, 0.4]),
        evaluated(2, {"loss": 0.3, "accuracy": 0.9}, {"loss": 0.4, "accuracy": 0.85}, epoch=1),
        present(2, phase=phase),
    )
    frame = CurvesFrame(loss=0.187, lr=0.01, gradient=1.25, step=2, phase=phase)
    world.take(frame, Curves())
    return world


def ready(index: int) -> tuple[World, Desk]:
    run = NeuronRun()
    return run.world, Desk(chosen_phase=index)


@pytest.mark.parametrize(
    ("index", "line"),
    [
        (0, "1 Network  model = nn.Sequential(nn.Linear(2, 1), Heaviside())"),
        (1, "2 Data  DataLoader(and_gate(), batch_size=1, shuffle=False)"),
        (2, "3 Loss  loss_fn = HalfSquaredError()"),
        (3, "4 Optimizer  optimizer = torch.optim.SGD(model.parameters(), lr=1)"),
    ],
)
def test_the_choices_are_the_calls_of_the_experiment(index: int, line: str) -> None:
    world, desk = ready(index)
    assert torch_line(world, desk, 120) == line


def test_a_call_that_is_too_long_loses_whole_parts() -> None:
    world = spiral(Phase.EVALUATE)
    world.take(present(0, "ready", phase=Phase.OPTIMIZER))
    desk = Desk()
    wide = "1 Network  model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))"
    assert torch_line(world, desk, 120) == wide
    assert torch_line(world, desk, 60) == "1 Network  model = nn.Sequential(nn.Linear(2, 8), …)"
    desk.chosen_phase = 3
    assert torch_line(world, desk, 120) == (
        "4 Optimizer  optimizer = torch.optim.Adam(model.parameters(), lr=0.01)"
    )
    desk.chosen_phase = 2
    assert torch_line(world, desk, 80) == "3 Loss  loss_fn = nn.BCEWithLogitsLoss()"


def test_what_a_setting_adds_to_a_phase_stands_beside_its_call() -> None:
    assert torch_line(spiral(Phase.GRADIENT), Desk(), 120) == (
        "6 Gradient  loss.backward()   clip_grad_norm_(model.parameters(), 1)"
    )
    assert torch_line(spiral(Phase.UPDATE), Desk(), 80) == (
        "7 Update  optimizer.step()   scheduler.step()"
    )


def test_the_neurons_mathematics_of_each_phase() -> None:
    run, desk = NeuronRun().steps(5).forward(), Desk()
    assert mathematics(run.world, desk, 120) == (
        "z = 0·1 + 1·1 + 0 = +1     y = 1 because z > 0     L = ½(1 − 0)² = 0.5"
    )
    run.backward()
    assert mathematics(run.world, desk, 120) == (
        "error = y − t = 1 − 0 = +1     gradient = error · input     "
        "∂L/∂w = (+1)·[0 1] = [0 +1]     ∂L/∂b = (+1)·1 = +1"
    )
    assert mathematics(run.world, desk, 80) == (
        "error y−t = 1−0 = +1   gradient = error · input   ∂L/∂w = [0 +1]   ∂L/∂b = +1"
    )
    run.update()
    assert mathematics(run.world, desk, 120) == (
        "w ← w − lr · gradient     w = [+1 +1] − 1·[0 +1] = [+1 0]     b = 0 − 1·1 = -1"
    )


def test_the_neurons_choices_in_symbols() -> None:
    lines = [mathematics(*ready(index), 120) for index in range(4)]
    assert lines == [
        "z = x1·w1 + x2·w2 + b     y = 1 if z > 0 else 0",
        "4 rows     one row a step     4 steps an epoch",
        "L = ½(y − t)²     error = ∂L/∂z = y − t",
        "w ← w − lr · gradient     lr = 1",
    ]


def test_the_mathematics_of_any_network() -> None:
    lines = [mathematics(spiral(phase), Desk(), 120) for phase in PHASES[4:]]
    assert lines == [
        "y = model(x)     L = 0.187",
        "|gradient| = √Σ g² = 1.250     at most 1: train.clip_norm",
        "w ← w − lr·m/√v   m, v means     lr = 0.01     |gradient| = 1.250",
        "as of epoch 1     train loss 0.3  accuracy 90.0 %     val loss 0.4  accuracy 85.0 %",
    ]


def test_numbers_of_another_moment_are_not_shown() -> None:
    world = spiral(Phase.GRADIENT)
    world.take(present(3, phase=Phase.GRADIENT))
    assert mathematics(world, Desk(), 120) == ""


@pytest.mark.parametrize("width", range(1, 130, 3))
def test_lines_never_are_wider_than_the_screen(width: int) -> None:
    for phase in PHASES[4:]:
        assert len(mathematics(spiral(phase), Desk(), width)) <= max(width, 0)


def test_the_goal_is_written_as_its_metric_is() -> None:
    def note(goal: dict[str, float]) -> str:
        return LOOK_FOR.views[0].note(spiral(Phase.EVALUATE, goal=goal), Desk())

    assert note({"accuracy": 0.98}) == "goal 98.0 %"
    assert note({"accuracy": 1.0, "times": 2}) == "goal 100.0 % twice"
    assert note({"loss": 0.0001, "times": 10}) == "goal loss 0.0001 10 times"
    assert note({"r2": 0.4}) == "goal R² 0.4"
    assert note({}) == ""


def test_facts_say_what_a_broken_loss_is() -> None:
    world = world_of(started(), present(3, "running"))
    lost = CurvesFrame(
        loss=None, lr=0.01, gradient=None, step=3, nonfinite={"loss": "nan", "gradient": "inf"}
    )
    world.take(lost, Curves())
    words = facts(world, 120)
    assert "loss nan" in words
    assert "|gradient| inf" in words
