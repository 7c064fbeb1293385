"""What is wrong is told over the home screen, and what helps is one key."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.app.support import Sent, on_screen
from tests.app.test_editing import page
from tests.views.layer_frames import layers, sigmoids, trained_on
from tests.views.support import present
from tui_nn.app.app import Workbench
from tui_nn.app.diagnosing import Diagnosis
from tui_nn.app.driving import Driving
from tui_nn.app.editing.changing import Changing
from tui_nn.spec.protocol.commands import Change, GoTo
from tui_nn.spec.protocol.messages import Answer
from tui_nn.views.layer_names import LAYERS

ILL = layers(*sigmoids(1e-9, 1.0))
Use = Callable[[Workbench, Pilot[int], Driving, Sent], Awaitable[None]]


def diagnosed(folder: Path, use: Use, size: tuple[int, int] = (100, 36)) -> None:
    """Have `use` look at two sigmoid layers, the first of which vanishes, after a step."""

    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        app.world.take(trained_on(ILL))
        app.world.take(present(1))
        app.world.take(ILL, LAYERS)
        sent = Sent()
        driving = Driving(app.world, sent)
        app.push_screen(Diagnosis(app.world, Changing(app.world, driving), app.board.palette))
        await pilot.pause()
        await use(app, pilot, driving, sent)

    on_screen(folder, script, size)


@pytest.mark.parametrize("keys", [["2"], ["down", "enter"], ["k", "j", "enter"]])
def test_a_remedy_is_applied_by_its_number_or_from_the_cursor(
    tmp_path: Path, keys: list[str]
) -> None:
    async def use(app: Workbench, pilot: Pilot[int], driving: Driving, sent: Sent) -> None:
        assert "0 Linear vanishes: |gradient| is 1e-9 of the last layer's." in page(app)
        await pilot.press(*keys)
        await pilot.pause()
        network = '["Linear(8, 8)", "BatchNorm1d(8)", "Sigmoid()", "Linear(8, 8)"]'
        assert sent.commands == [Change(changes=(f"network={network}",), anew=True)]
        assert "BatchNorm: u takes it back" in page(app)

    diagnosed(tmp_path, use)


def test_what_was_applied_is_taken_back_by_u(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], driving: Driving, sent: Sent) -> None:
        await pilot.press("1")
        driving.hear(Answer(id=1, present=present(0)))
        await pilot.press("u")
        await pilot.pause()
        assert sent.commands[-1] == GoTo(step=1, branch=0)

    diagnosed(tmp_path, use)


def test_a_number_without_a_remedy_does_nothing_and_q_leaves(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], driving: Driving, sent: Sent) -> None:
        await pilot.press("9")
        assert not sent.commands
        await pilot.press("q")
        await pilot.pause()
        assert len(app.screen_stack) == 1

    diagnosed(tmp_path, use)


@pytest.mark.parametrize("size", [(34, 12), (60, 20), (80, 24), (120, 36)])
def test_the_chosen_remedy_is_seen_at_any_size(tmp_path: Path, size: tuple[int, int]) -> None:
    async def use(app: Workbench, pilot: Pilot[int], driving: Driving, sent: Sent) -> None:
        await pilot.press("down", "down")
        await pilot.pause()
        assert "▸ 3 Residual" in page(app) or "▸ 2 BatchNorm" in page(app)

    diagnosed(tmp_path, use, size)


def test_it_looks_again_while_it_is_open(tmp_path: Path) -> None:
    async def use(app: Workbench, pilot: Pilot[int], driving: Driving, sent: Sent) -> None:
        app.world.take(layers(*sigmoids(1.0, 1.0), step=2), LAYERS)
        while "vanishes" in page(app):
            await pilot.pause(0.05)
        assert "Nothing is found to be wrong." in page(app)

    diagnosed(tmp_path, use)


def test_a_recording_is_not_treated(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        await pilot.press("i")
        await pilot.pause()
        assert len(app.screen_stack) == 1
        assert "a recording" in app.desk.words

    on_screen(tmp_path, script)
