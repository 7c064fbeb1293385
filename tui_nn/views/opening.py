"""Which number enter opens: the one at the cursor, else the first of the layer in focus."""

from collections.abc import Callable, Sequence

import numpy as np

from tui_nn.spec.protocol.frames import Part
from tui_nn.spec.protocol.inside import Place
from tui_nn.views import sampled
from tui_nn.views.architecture import LayerRow, layer_rows
from tui_nn.views.desk import Desk
from tui_nn.views.layer_names import order
from tui_nn.views.neuron_pass import shown_sample
from tui_nn.views.opened import Level, Way, fitted
from tui_nn.views.panels.layer_pass import AT_A_LAYER
from tui_nn.views.panels.loss import NUMBERED as LOSS
from tui_nn.views.panels.panel import View
from tui_nn.views.panels.registry import PANELS
from tui_nn.views.world import World

OF_A_BATCH = ("map", "line", "hidden", "classes")
"""Views of 5 Forward that show no sample of their own."""


def number_at(world: World, desk: Desk) -> Level | None:
    """Of the panel in focus; None where it shows none that can be opened."""
    rows = layer_rows(world)
    panel = PANELS[desk.focus]
    opens = OPENS.get(desk.focus)
    return opens(world, desk, rows, panel.view(world, desk)) if opens and rows else None


def _weight(desk: Desk, rows: Sequence[LayerRow], way: Way) -> Level | None:
    """Of the layer in focus, or the last one before it that learns; the first where none is."""
    learning = [row for row in rows if row.tensors]
    if not learning:
        return None
    before = [row for row in learning if desk.layer and order(row.name) <= order(desk.layer)]
    name, shape = (before[-1] if before else learning[0]).tensors[0]
    index = np.unravel_index(min(desk.weight, max(0, int(np.prod(shape)) - 1)), shape)
    place = Place(of="parameter", name=name, index=tuple(map(int, index)))
    return Level(place, way)


def _of_update(world: World, desk: Desk, rows: Sequence[LayerRow], view: View) -> Level | None:
    return _weight(desk, rows, "update")


def _of_gradient(world: World, desk: Desk, rows: Sequence[LayerRow], view: View) -> Level | None:
    return _weight(desk, rows, "gradient")


def _of_forward(world: World, desk: Desk, rows: Sequence[LayerRow], view: View) -> Level | None:
    """A unit of the layer in focus, else the answer; of the sample that the panel shows."""
    if world.kind == "neuron":
        step = world.steps.now
        batch = tuple(step.samples) if step else ()
        sample = shown_sample(step, desk)
        return _output(rows[0], 0, batch.index(sample) if sample in batch else 0)
    row = next((row for row in rows if row.name == desk.layer), rows[-1])
    if view.name == AT_A_LAYER:
        return _output(row, desk.unit, desk.batch_sample or 0)
    if view.name in OF_A_BATCH:
        return _output(row, desk.unit, 0)
    return _output(row, desk.unit, sampled.sample_of(world, desk), sampled.part_of(world, desk))


def _output(row: LayerRow, unit: int, sample: int, part: Part | None = None) -> Level:
    """A unit of a layer, in the middle where it has places."""
    shape = row.output_shape
    middle = tuple(side // 2 for side in shape[1:])
    index = fitted((unit % max(1, shape[0]) if shape else 0, *middle), shape)
    return Level(Place(of="output", name=row.name, index=index, sample=sample), part=part)


def _of_network(world: World, desk: Desk, rows: Sequence[LayerRow], view: View) -> Level | None:
    """Where its numbers are shown; else it is the layer at the cursor that enter opens."""
    return _weight(desk, rows, "forward") if view.name == "matrices" else None


def _of_loss(world: World, desk: Desk, rows: Sequence[LayerRow], view: View) -> Level | None:
    return Level(Place(of="loss")) if desk.cursor.get(LOSS) else None


OPENS: dict[int, Callable[[World, Desk, Sequence[LayerRow], View], Level | None]] = {
    1: _of_network,
    LOSS: _of_loss,
    5: _of_forward,
    6: _of_gradient,
    7: _of_update,
}
"""By panel."""
