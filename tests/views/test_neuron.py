"""A neuron's steps, as frames tell them."""

from typing import Any

import numpy as np
import pytest

from tests.views.neuron_run import NeuronRun
from tests.views.support import layer, present, started
from tui_nn.spec.protocol import Array, Phase
from tui_nn.spec.protocol.frames import TrainingStepFrame
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


def told(step: int, phase: Phase = Phase.EVALUATE, **known: Any) -> TrainingStepFrame:
    """Of one weight without a bias."""
    return TrainingStepFrame(loss=0.5, lr=1.0, step=step, phase=phase, **known)


def weight(value: float) -> dict[str, Array]:
    return {"0.weight": Array.of(np.array([[value]], np.float32))}


def one_sample() -> dict[str, Any]:
    return {
        "count": 1, "batch": Array.of(np.array([7])), "inputs": weight(3.0)["0.weight"],
        "targets": weight(1.0)["0.weight"], "outputs": {"0": weight(6.0)["0.weight"]},
    }  # fmt: skip


def test_one_frame_tells_a_step_whole() -> None:
    steps = Steps(Neuron(1, False))
    steps.take(told(4, before=weight(2), gradient=weight(1), after=weight(1), **one_sample()))
    now = steps.now
    assert now is not None
    assert (now.number, now.loss, now.lr, now.count) == (4, 0.5, 1.0, 1)
    held = (now.before, now.gradient, now.after)
    assert [None if part is None else part.tolist() for part in held] == [[2.0], [1.0], [1.0]]
    [(number, sample)] = now.samples.items()
    assert (number, float(sample.x[0]), sample.t, sample.z, sample.y) == (7, 3.0, 1.0, 6.0, 6.0)


def test_inside_a_step_what_has_not_come_is_not_known() -> None:
    steps = Steps(Neuron(1, False))
    steps.take(told(3, Phase.FORWARD, before=weight(2), **one_sample()))
    assert steps.now is not None
    assert (steps.now.number, steps.now.gradient, steps.now.after) == (4, None, None)


def test_a_moment_without_a_pass_leaves_what_was_told_of_its_step() -> None:
    steps = Steps(Neuron(1, False))
    steps.take(told(4, before=weight(2), gradient=weight(1), after=weight(1), **one_sample()))
    steps.take(told(4, after=weight(9)))
    assert steps.now is not None
    assert steps.now.count == 1
    assert steps.weights is not None
    assert steps.weights.tolist() == [9.0]


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
        steps.take(told(number, after=weight(1)))
    assert len(steps.rows) <= MOST
    assert min(steps.rows) > 1


def test_another_network_collects_nothing() -> None:
    steps = Steps(None)
    steps.take(told(1, after=weight(1)))
    assert steps.rows == {}
