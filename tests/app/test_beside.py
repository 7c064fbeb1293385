"""`o`: every optimizer's next step, on the whole screen, from wherever one is."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.app.support import on_screen
from tests.app.taped import Person, walked
from tests.views.next_frames import beside
from tui_nn.app.app import Workbench
from tui_nn.app.explaining import all_keys
from tui_nn.app.keys import ACTIONS
from tui_nn.app.listing import matching
from tui_nn.spec.protocol.frames import NextSteps

SIZES = [(80, 24), (120, 36)]
TRIED = "7 Update every optimizer"


async def tried(person: Person) -> str:
    """Opened, and answered by an engine."""
    await person.press("o", TRIED)
    beside(person.app.world, person.app.desk)
    person.app._show()
    return await person.sees("RMSprop")


def asked(person: Person) -> NextSteps:
    """What the engine is asked to show."""
    [probe] = [probe for probe in person.app.board.probes() if isinstance(probe, NextSteps)]
    return probe


@pytest.mark.parametrize("size", SIZES)
def test_it_opens_from_another_panel_and_closes_to_what_was_there(size: tuple[int, int]) -> None:
    async def walk(person: Person) -> None:
        await person.press("6", "━ 6 Gradient")
        screen = await tried(person)
        assert "6 Gradient ━" not in screen
        assert person.app.desk.focus == 7
        assert "▸Adam" in screen
        screen = await person.press("o", "5 Forward")
        assert not person.app.desk.full
        assert "update / weight" in screen

    walked("spiral-adam", size, walk)


@pytest.mark.parametrize("key", ["o", "q", "escape"])
def test_its_own_key_q_and_escape_close_it(key: str) -> None:
    async def walk(person: Person) -> None:
        await tried(person)
        await person.press(key, "update / weight")
        assert not person.app.desk.full
        assert not any(isinstance(probe, NextSteps) for probe in person.app.board.probes())

    walked("spiral-adam", (120, 36), walk)


def test_the_whole_screen_of_another_panel_gives_way_to_it() -> None:
    async def walk(person: Person) -> None:
        await person.press("8", "8 Evaluate curves ━")
        await person.press("f", "━ 8 Evaluate")
        await tried(person)
        await person.press("8", "━ 8 Evaluate")
        await person.press("o", TRIED)

    walked("spiral-adam", (120, 36), walk)


def test_its_keys_ask_for_another_scale_another_weight_and_cold_states() -> None:
    async def walk(person: Person) -> None:
        await tried(person)
        assert (asked(person).scale, asked(person).place.index, asked(person).fed) == (
            1,
            (0, 0),
            20,
        )
        await person.pilot.press("x", "right", "z")
        assert (asked(person).scale, asked(person).place.index, asked(person).fed) == (
            10,
            (0, 1),
            0,
        )
        beside(person.app.world, person.app.desk)
        person.app._show()
        screen = await person.sees("0.weight[0,1]")
        assert "× 10" in screen

    walked("spiral-adam", (120, 36), walk)


def test_the_cursor_goes_over_the_optimizers_and_a_key_explains_it() -> None:
    async def walk(person: Person) -> None:
        await tried(person)
        await person.press("down", "▸RMSprop")
        await person.press("question_mark", "RMSprop (optimizer, torch.optim.RMSprop)")
        await person.press("q", "▸RMSprop")

    walked("spiral-adam", (120, 36), walk)


def test_it_stays_open_while_training_goes_on() -> None:
    async def walk(person: Person) -> None:
        await tried(person)
        await person.press("space", "running")
        assert TRIED in person.screen

    walked("spiral-adam", (120, 36), walk)


def test_a_recording_says_that_it_holds_nothing_of_it(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: Pilot[int]) -> None:
        await pilot.press("o")
        await pilot.pause(0.05)
        assert app.desk.words == "a recording holds nothing of it"
        assert not app.desk.full

    on_screen(tmp_path, script)


def test_its_key_is_told_and_found_in_the_list() -> None:
    assert "o          what every optimizer would do next" in all_keys()
    assert [action.key for action in matching("every optimizer", ACTIONS)] == ["o"]
