import re

import pytest

from tests.views.layer_frames import SPIRAL, layers, learns, run_of, show, sigmoids
from tests.views.support import painted, present, world_of
from tui_nn.spec.protocol.frames import LayerStatistics
from tui_nn.views.panels.gradient_layers import LAYERS as GRADIENT
from tui_nn.views.panels.update_layers import LAYERS as UPDATE

DEEP = sigmoids(*(10.0**power for power in range(-10, 1)))
ALONE = (learns("0", "Linear(10, 1)"),)
PICTURE = (
    learns("0", "Conv2d(1, 8, 3, padding=1)"),
    learns("1", "BatchNorm2d(8)"),
    learns("9", "Linear(64, 10)"),
)


def _first_names(lines: list[str]) -> list[str]:
    """Of the layers from the top, up to the number or the bar behind them."""
    return [re.split(r"  | (?=[━·┊█])", line[1:])[0] for line in lines[1:3]]


@pytest.mark.parametrize("rows", [SPIRAL, DEEP, ALONE, PICTURE])
@pytest.mark.parametrize("height", [8, 16, 24])
def test_panels_of_one_width_call_a_layer_alike(
    rows: tuple[LayerStatistics, ...], height: int
) -> None:
    world = show(world_of(run_of(), present(1, "running")), layers(*rows))
    count = sum(row.weight is not None for row in rows[:3])
    for width in range(35, 100):
        gradient, update = (
            _first_names(painted(view, world, (width, height)))[:count]
            for view in (GRADIENT, UPDATE)
        )
        assert gradient == update, width
