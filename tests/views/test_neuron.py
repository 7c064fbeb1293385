"""A neuron's steps put together from frames that come one by one."""

from typing import Any

import numpy as np
import pytest

from tests.views.neuron_run import NeuronRun
from tests.views.support import layer, present, started
from tui_nn.spec.protocol import Array, Phase
from tui_nn.spec.protocol.frames import Curves, CurvesFrame, Weights, WeightsFrame
from tui_nn.views.neuron import MOST, Neuron, Steps, neuron_of


@pytest.mark.parametrize(
    ("calls", "found"),
    [
        (("Linear(2, 1)", "Heaviside()"), Neuron(2, True, "Heaviside")),
        (("Linear(1, 1, bias=False)",), Neuron(1, False)),
        (("Linear(2, 2)",), None),
        (("Linear(2, 2)", "Linear(2, 1)"), None),
        (("Conv2d(1, 8, 3)",), None),
    ],
)
def test_one_linear_layer_with_one_output_is_a_neuron(
    calls: tuple[str, ...], found: Neuron | None
) -> None:
    layers = tuple(layer(call, 1, parameters=3 * call.startswith("Linear")) for call in calls)
    assert neuron_of(started(layers=layers)) == found


def test_a_step_is_shown_once_all_of_its_moment_has_come() -> None:
    steps = Steps(Neuron(1, True))
    at: dict[str, Any] = {"step": 0, "phase": Phase.FORWARD}
    batch = Array.of(np.array([0]))
    steps.take(CurvesFrame(loss=0.5, lr=1.0, gradient=None, batch=batch, **at), Curves())
    for tensor in ("0.weight", "0.bias"):
        assert steps.now is None
        value = Array.of(np.ones(1, np.float32))
        frame = WeightsFrame(
            tensor=tensor, shape=(1, 1), value=value, gradient=value, before=value, state={},
            optimizer="SGD", lr=1.0, **at,
        )  # fmt: skip
        steps.take(frame, Weights(tensor=tensor))
    assert steps.now is not None
    assert steps.now.number == 1
    assert steps.now.gradient == {}  # what torch holds now is that of the pass before


def weights(step: int, value: float, before: float | None) -> WeightsFrame:
    return WeightsFrame(
        tensor="0.weight", shape=(1, 1), value=Array.of(np.array([value], np.float32)),
        gradient=None, state={}, optimizer="SGD", lr=1.0, step=step,
        before=None if before is None else Array.of(np.array([before], np.float32)),
    )  # fmt: skip


def test_what_came_before_a_step_is_what_the_step_before_it_led_to() -> None:
    steps = Steps(Neuron(1, False))
    probe = Weights(tensor="0.weight")
    steps.take(weights(2, 2.0, 1.0), probe)
    steps.take(weights(4, 4.0, 3.0), probe)
    assert {number: float(row.after["0.weight"][0]) for number, row in steps.rows.items()} == {
        1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0,
    }  # fmt: skip
    assert float(steps.rows[3].before["0.weight"][0]) == 2.0


def test_steps_behind_the_present_and_on_another_branch_are_forgotten() -> None:
    run = NeuronRun().steps(6)
    steps = run.world.steps
    steps.stand(present(4), {0: 6})
    assert max(steps.rows) == 4
    steps.stand(present(4, branch=1), {1: 4, 0: 3})
    assert max(steps.rows) == 3
    assert steps.now is steps.rows[3]


def test_the_oldest_steps_are_let_go() -> None:
    steps = Steps(Neuron(1, False))
    for number in range(1, MOST + 200):
        steps.take(weights(number, 1.0, 1.0), Weights(tensor="0.weight"))
    assert len(steps.rows) <= MOST
    assert min(steps.rows) > 1


def test_another_network_collects_nothing() -> None:
    steps = Steps(None)
    steps.take(weights(1, 1.0, 1.0), Weights(tensor="0.weight"))
    assert steps.rows == {}
