"""Which number enter opens in each panel."""

import numpy as np
import pytest

from tests.views.neuron_run import at_the_sixth_gradient
from tests.views.support import layer, painted, present, samples, started, world_of
from tui_nn.spec.protocol import Array
from tui_nn.spec.protocol.inside import Place
from tui_nn.views.desk import Desk
from tui_nn.views.opened import Level
from tui_nn.views.opening import number_at
from tui_nn.views.panels.loss import LOSS
from tui_nn.views.world import World

LAYERS = (
    layer("Linear(2, 8)", 8, parameters=24), layer("Tanh()", 8),
    layer("Linear(8, 1)", 1, parameters=9),
)  # fmt: skip
FIRST = Place(of="parameter", name="0.weight", index=(0, 0))


def spiral() -> World:
    run = started(layers=LAYERS, experiment={"loss": "BCEWithLogitsLoss()"})
    points = Array.of(np.zeros((400, 2), np.float32))
    known = samples(np.zeros((400, 2)), [0, 1] * 200, points=points)
    return world_of(run, present(3), known=known)


@pytest.mark.parametrize(("panel", "way"), [(6, "gradient"), (7, "update")])
def test_the_first_weight_of_the_layer_in_focus_is_opened(panel: int, way: str) -> None:
    assert number_at(spiral(), Desk(focus=panel)) == Level(FIRST, way)  # type: ignore[arg-type]
    found = number_at(spiral(), Desk(focus=panel, layer="2", weight=5))
    place = Place(of="parameter", name="2.weight", index=(0, 5))
    assert found == Level(place, way)  # type: ignore[arg-type]


def test_behind_an_activation_in_focus_the_weights_before_it_are_meant() -> None:
    found = number_at(spiral(), Desk(focus=7, layer="1", weight=3))
    assert found is not None
    assert (found.place.name, found.place.index) == ("0.weight", (1, 1))


def test_in_forward_a_unit_of_the_layer_in_focus_is_opened_else_the_answer() -> None:
    found = number_at(spiral(), Desk(focus=5))
    assert found == Level(Place(of="output", name="2", index=(0,), sample=0))
    found = number_at(spiral(), Desk(focus=5, layer="1", unit=3))
    assert found == Level(Place(of="output", name="1", index=(3,), sample=0))


def test_of_a_table_it_is_the_sample_that_is_shown() -> None:
    rows = (layer("Linear(4, 3)", 3, parameters=15),)
    world = world_of(started(layers=rows), known=samples(np.zeros((400, 4)), [0, 1] * 200))
    found = number_at(world, Desk(focus=5, sample=7))
    assert found == Level(Place(of="output", name="0", index=(0,), sample=7), part="val")


def test_of_a_neuron_it_is_the_sum() -> None:
    found = number_at(at_the_sixth_gradient().world, Desk(focus=5))
    assert found == Level(Place(of="output", name="0", index=(0,), sample=0))


def test_the_loss_is_opened_where_the_cursor_is_on_its_number() -> None:
    world, desk = spiral(), Desk(focus=3)
    assert number_at(world, desk) is None
    [view] = LOSS.views
    assert view.press(world, desk, "down")
    assert number_at(world, desk) == Level(Place(of="loss"))
    assert any("▸=" in row for row in painted(view, world, (40, 6), desk))
    assert view.press(world, desk, "up")
    assert number_at(world, desk) is None


def test_in_the_network_it_is_a_number_of_its_matrices_alone() -> None:
    world, desk = spiral(), Desk(focus=1)
    assert number_at(world, desk) is None
    desk.chosen[world.kind, 1] = "matrices"
    assert number_at(world, desk) == Level(FIRST)


@pytest.mark.parametrize("panel", [0, 2, 4, 8])
def test_elsewhere_there_is_none(panel: int) -> None:
    assert number_at(spiral(), Desk(focus=panel)) is None
