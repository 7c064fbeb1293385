"""Rows of the home screen are for those who have use for them."""

import pytest

from tests.golden.tape import names, read, told_by
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import LOOK_FOR
from tui_nn.views.home import plan
from tui_nn.views.ink import LIGHT
from tui_nn.views.layout import CHOICES
from tui_nn.views.panels.registry import PANELS


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("size", [(120, 36), (200, 50)])
def test_no_choice_ends_in_an_empty_row(name: str, size: tuple[int, int]) -> None:
    for _, world, desk in told_by(read(name)):
        for slot in plan(world, desk, size).slots:
            if slot.panel not in CHOICES or slot.panel == LOOK_FOR:
                continue
            canvas = Canvas(*slot.inner, LIGHT)
            PANELS[slot.panel].view(world, desk).paint(canvas, world, desk)
            assert canvas.text().split("\n")[-1].strip(), PANELS[slot.panel].name


@pytest.mark.parametrize("size", [(120, 36), (200, 50)])
def test_pictures_are_seen_among_the_data(size: tuple[int, int]) -> None:
    *_, (_, world, desk) = told_by(read("digits-cnn"))
    slot = next(slot for slot in plan(world, desk, size).slots if slot.panel == 2)
    canvas = Canvas(*slot.inner, LIGHT)
    PANELS[2].view(world, desk).paint(canvas, world, desk)
    assert " 0 seen 0   1 seen 1   2 seen 2" in canvas.text()
