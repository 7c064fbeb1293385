"""Panes stand where the plan of the screen says, whatever moves them."""

import time
from pathlib import Path

from textual.geometry import Region
from textual.pilot import Pilot

from tests.app.support import on_screen
from tests.views.support import present
from tui_nn.app.app import Workbench
from tui_nn.spec.protocol import Changed, Phase
from tui_nn.views.pane import Pane


def test_panes_follow_a_plan_in_which_only_heights_have_changed(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        before = app.board.home
        step = app.world.present.step
        app.world.take(
            Changed(step=step, key="loss", old=None, new="MSELoss()", phase=Phase.EVALUATE)
        )
        app.board.paint()
        assert app.board.home != before
        await pilot.pause()
        places = {pane.name: pane.region for pane in app.board.query(Pane)}
        for slot in app.board.home.slots:
            assert places[str(slot.panel)] == Region(slot.x, slot.y, slot.width, slot.height)

    on_screen(tmp_path, script, size=(120, 40))


def test_what_is_not_yet_due_is_left_for_later(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        app.world.present = present(40, "running")
        now = time.monotonic()
        app.board.pacing.forget(range(1, 9))
        app.board.pacing.painted(5, now, now + 1)
        assert not app.board.paint(touched=False)
        app.board.pacing.forget(range(1, 9))
        assert app.board.paint(touched=False)

    on_screen(tmp_path, script)
