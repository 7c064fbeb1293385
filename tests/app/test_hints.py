"""A first start leads through what is new, one thing after the other, and is never in the way."""

import asyncio
from typing import cast

import pytest

from tests.app.taped import Person, Tape, walked
from tui_nn.app.app import Workbench
from tui_nn.app.config import Config, is_first_start, write_config
from tui_nn.app.handshake import Greeted
from tui_nn.app.hints import HINTS
from tui_nn.app.keys import ACTIONS
from tui_nn.app.settings import Settings
from tui_nn.views.ink import DARK


def begin(size: tuple[int, int], name: str = "and-gate") -> None:
    """A first start: a phase on, and back."""

    async def use() -> None:
        async with app.run_test(size=size) as pilot:
            person = Person(app, pilot)
            await person.sees(HINTS[0][1])
            screen = await person.press("p", "▐2 Data▌")
            assert HINTS[0][1] not in screen
            assert HINTS[1][1] in screen
            screen = await person.press("P", "▐1 Network▌")
            assert not any(words in screen for _, words in HINTS)

    app = Workbench(
        Settings(experiment=name), DARK, 20.0, {}, cast(Greeted, Tape(name)), is_first=True
    )
    asyncio.run(use())
    app.let_go()


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_a_first_start_leads_through_a_phase_and_back(size: tuple[int, int]) -> None:
    begin(size)


def test_a_later_start_leads_through_nothing() -> None:
    async def walk(person: Person) -> None:
        assert not any(words in person.screen for _, words in HINTS)

    walked("and-gate", (120, 36), walk)


def test_a_start_is_the_first_until_something_is_remembered() -> None:
    assert is_first_start()
    write_config(Config())
    assert not is_first_start()


def test_a_hint_has_five_words_and_begins_with_the_key_of_its_action() -> None:
    keys = {action.name: action.key for action in ACTIONS}
    for action, words in HINTS:
        assert words.split()[0] == keys[action]
        assert len(words.split()) <= 5
