"""5 Forward and 6 Gradient where training stands at one layer of the pass."""

from typing import Any

import numpy as np
import pytest

from tests.views.layer_frames import array
from tests.views.support import layer, painted, paints_at_any_size, present, started, world_of
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.frames import LayerPass, LayerPassFrame
from tui_nn.views.desk import Desk
from tui_nn.views.panels.layer_pass import BACK, FORTH
from tui_nn.views.panels.registry import PANELS
from tui_nn.views.world import World

SIZE = (47, 12)


def at_a_layer(phase: Phase, sample: int | None = 0, **changes: Any) -> World:
    """Inside step 8, at the last layer of two."""
    layers = (layer("Linear(2, 2)", 2, parameters=6), layer("Linear(2, 1)", 1, parameters=3))
    world = world_of(started(layers=layers), present(7, phase=phase, layer="1"))
    back: dict[str, Any] = {
        "arrives": array([0.5]), "passes": array([0.25, -0.5]),
        "leaves": {"1.weight": array([[0.5, 1.0]]), "1.bias": array([0.5])},
    }  # fmt: skip
    fields: dict[str, Any] = {
        "layer": "1", "call": "Linear(2, 1)", "source": "0", "sample": sample, "count": 4,
        "look": 1, "input": array([1.0, 2.0]), "output": array([-1.5]), "input_shape": (2,),
        "output_shape": (1,), "step": 7, "phase": phase,
        "parameters": {"1.weight": array([[0.5, -1.0]]), "1.bias": array([0.0])},
    }  # fmt: skip
    fields |= back if phase is Phase.GRADIENT else {}
    world.take(LayerPassFrame(**(fields | changes)), LayerPass(sample=sample))
    return world


def test_forward_tells_what_goes_into_the_layer_and_out_and_its_parameters() -> None:
    assert painted(FORTH, at_a_layer(Phase.FORWARD), SIZE)[:7] == [
        " 1 Linear(2, 1)",
        " input = output of 0  2  ▸ output  1",
        "  +1.00 +2.00             -1.50",
        "",
        " 1.weight  1x2  1.bias  1",
        "  +0.50 -1.00    +0.00",
        "",
    ]


def test_gradient_tells_what_arrives_is_left_and_passed_on() -> None:
    assert painted(BACK, at_a_layer(Phase.GRADIENT), SIZE)[:8] == [
        " 1 Linear(2, 1)",
        " arrives ∂L/∂output  1",
        "  +0.50",
        "",
        " leaves ∂L/∂1.weight  1x2  leaves ∂L/∂1.bias  1",
        "  +0.50 +1.00               +0.50",
        "",
        " passes on ∂L/∂input  2",
    ]


def test_they_show_themselves_where_training_stands_at_a_layer_of_their_phase_alone() -> None:
    for number, phase, view in ((5, Phase.FORWARD, FORTH), (6, Phase.GRADIENT, BACK)):
        world = at_a_layer(phase)
        assert PANELS[number].view(world, Desk()) is view
        other = PANELS[11 - number].view(world, Desk())
        assert other not in (FORTH, BACK)
        world.take(present(7, phase=phase))
        assert PANELS[number].view(world, Desk()) is not view


def test_any_sample_of_the_batch_or_their_mean_is_looked_at() -> None:
    world, desk = at_a_layer(Phase.FORWARD), Desk()
    assert FORTH.note(world, desk) == "sample 1 of 4"
    assert FORTH.press(world, desk, "left")
    assert FORTH.probes(world, desk, SIZE) == (LayerPass(sample=None),)
    assert FORTH.note(at_a_layer(Phase.FORWARD, None), desk) == "mean of 4"
    desk.batch_sample = 0
    assert FORTH.press(world, desk, "right")
    assert FORTH.probes(world, desk, SIZE) == (LayerPass(sample=1),)


def test_it_says_which_evaluation_of_a_closure_the_pass_is() -> None:
    world = at_a_layer(Phase.FORWARD, look=3)
    world.take(present(7, phase=Phase.FORWARD, layer="1", look=3))
    assert FORTH.note(world, Desk()) == "sample 1 of 4, evaluation 3"


def test_nothing_of_another_pass_is_shown() -> None:
    world = at_a_layer(Phase.FORWARD)
    world.take(present(8, phase=Phase.FORWARD, layer="0"))
    assert "".join(painted(FORTH, world, SIZE)) == ""


def test_a_long_vector_is_folded_and_pictures_are_maps() -> None:
    pictures = np.linspace(-1, 1, 3 * 4 * 4).reshape(3, 4, 4)
    vector = np.arange(64) / 64
    world = at_a_layer(Phase.FORWARD, input=array(pictures), output=array(vector), parameters={})
    text = "\n".join(painted(FORTH, world, SIZE))
    assert "input = output of 0  3x4x4" in text
    assert "output  64" in text


def test_tokens_have_no_mean() -> None:
    world = at_a_layer(Phase.FORWARD, None, input=None)
    rows = painted(FORTH, world, SIZE, Desk(batch_sample=None))
    assert not any("input" in row for row in rows)


@pytest.mark.parametrize(("view", "phase"), [(FORTH, Phase.FORWARD), (BACK, Phase.GRADIENT)])
def test_it_paints_at_any_size(view: Any, phase: Phase) -> None:
    paints_at_any_size(view, at_a_layer(phase))
