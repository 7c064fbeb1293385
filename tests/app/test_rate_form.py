"""The learning rate over the run is drawn in the form while schedule, lr and epochs are typed."""

from pathlib import Path

import pytest
from msgspec import structs
from textual.pilot import Pilot

from tests.app.support import Sent
from tests.app.test_editing import editing, page
from tui_nn.app.app import Workbench
from tui_nn.app.editing.editor import Editor


async def typing(pilot: Pilot[int], editor: Editor, row: int, text: str) -> None:
    """Open the form of 4 Optimizer, and a setting in it with another text."""
    editor.open(4)
    await pilot.press(*["down"] * row, "enter")
    await pilot.pause()
    await pilot.press("ctrl+u", *text)
    await pilot.pause()


def lines(app: Workbench) -> int:
    """Rows in which a curve is drawn."""
    found = (any(0x2800 < ord(one) < 0x2900 for one in row) for row in page(app).split("\n"))
    return sum(found)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_a_schedule_is_drawn_while_it_is_typed(tmp_path: Path, size: tuple[int, int]) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        app.world.present = structs.replace(app.world.present, step=0)
        await typing(pilot, editor, 1, "ExponentialLR(0.9)")
        assert "lr 0.1 ▸ " in page(app)
        assert lines(app) > 3
        await pilot.press("left", "backspace")  # ExponentialLR(0.)
        await pilot.pause()
        assert "lr 0.1 ▸ " not in page(app)
        await pilot.press("5")
        await pilot.pause()
        assert "lr 0.1 ▸ " in page(app)
        assert sent.commands == []

    editing(tmp_path, use, size)


def test_while_a_name_is_looked_for_the_list_has_all_the_room(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        await typing(pilot, editor, 1, "l")
        assert "ReduceLROnPlateau" in page(app)
        assert "SequentialLR" in page(app)
        assert "epochs," not in page(app)

    editing(tmp_path, use, (80, 24))


def test_lr_and_epochs_are_drawn_as_they_are_typed(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        await typing(pilot, editor, 0, "SGD(lr=0.25)")
        assert "lr 0.25   " in page(app)
        await pilot.press("escape", "escape")
        await typing(pilot, editor, 2, "12")
        assert "12 epochs, 480 steps" in page(app)

    editing(tmp_path, use, (80, 24))


def test_what_follows_from_losses_is_said_and_not_drawn(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        await typing(pilot, editor, 1, "ReduceLROnPlateau()")
        assert "its rates follow from the losses to come" in page(app)

    editing(tmp_path, use, (80, 24))


def test_the_list_of_settings_shows_the_rate_of_now_and_leaves_it_out_where_it_has_no_room(
    tmp_path: Path,
) -> None:
    async def use(app: Workbench, pilot: Pilot[int], editor: Editor, sent: Sent) -> None:
        editor.open(4)
        await pilot.pause()
        assert "lr 0.1   " in page(app)
        assert "train.patience" in page(app)
        await pilot.resize_terminal(80, 14)
        await pilot.pause()
        assert "lr 0.1   " not in page(app)
        assert "train.patience" in page(app)

    editing(tmp_path, use, (80, 24))
