"""Enter on a number: its arithmetic lies over the home screen, and keys follow it."""

from typing import Any

import pytest

from tests.app.support import on_screen
from tests.app.taped import Person, walked
from tests.views.test_opened import linear, update
from tui_nn.app.app import Workbench
from tui_nn.spec.protocol.commands import Inspect
from tui_nn.spec.protocol.frames import Number, WeightUpdate
from tui_nn.spec.protocol.inside import Place
from tui_nn.spec.protocol.messages import Answer, Problem

NARROW, USUAL = (80, 24), (120, 36)


def asked(person: Person) -> list[Any]:
    """An engine that tells each number the same way, and writes down what it is asked for."""
    link = person.app._link
    found: list[Any] = []
    assert link is not None
    client: Any = link._client

    def answer(command: Any) -> int:
        probe = command.probe if isinstance(command, Inspect) else None
        if not isinstance(probe, Number | WeightUpdate):
            return int(send(command))
        found.append(probe)
        client._last += 1
        frame = update() if isinstance(probe, WeightUpdate) else linear(place=probe.place)
        told = Answer(id=client._last, present=client.present, frame=frame)
        person.app.call_later(client._hear, told)
        return int(client._last)

    send, client.send = client.send, answer
    return found


@pytest.mark.parametrize("size", [NARROW, USUAL])
def test_enter_in_update_tells_what_the_step_did_to_the_weight(size: tuple[int, int]) -> None:
    async def walk(person: Person) -> None:
        found = asked(person)
        await person.press("e", "epoch 1 ")
        await person.press("7", "7 Update ━")
        screen = await person.press("enter", "update of 0.weight[0,0]")
        assert "w ← w − step" in screen
        assert "+0.25 ▸ +0.375   = torch ✓" in screen
        assert found == [WeightUpdate(tensor="0.weight", index=(0, 0))]
        await person.press("tab", "0.weight[0,0] in 0 Linear[0]")
        await person.press("tab", "∂L/∂ 0.weight[0,0]")
        await person.press("full_stop", "sample 1 of")
        await person.press("greater_than_sign", "∂L/∂ 0.weight[0,1]")
        await person.pilot.press("escape")
        await person.sees("7 Update ━")
        assert person.app._opened is None

    walked("iris-mlp", size, walk)


def test_enter_goes_deeper_and_q_back_one_number_after_the_other() -> None:
    async def walk(person: Person) -> None:
        found = asked(person)
        await person.press("e", "epoch 1 ")
        await person.press("6", "━ 6 Gradient")
        await person.press("enter", "∂L/∂ 0.weight[0,0]")
        await person.press("enter", "1 Tanh[3]")
        assert found[-1].place == Place(of="output", name="1", index=(3,), sample=2)
        await person.press("q", "q close")
        assert "╭─ ∂L/∂ 0.weight[0,0]" in person.screen
        await person.press("n", "╭─ 1 Tanh[3]")
        await person.press("N", "╭─ ∂L/∂ 0.weight[0,0]")
        await person.pilot.press("q")
        await person.sees("━ 6 Gradient")
        assert person.app._opened is None

    walked("iris-mlp", USUAL, walk)


def test_a_step_made_meanwhile_is_looked_at_in_place_of_the_last() -> None:
    async def walk(person: Person) -> None:
        found = asked(person)
        for epoch in (1, 2, 3):
            await person.press("e", f"epoch {epoch} ")
        await person.press("7", "7 Update ━")
        await person.press("enter", "update of 0.weight[0,0]")
        await person.press("p", "▐5 Forward▌")
        assert len(found) == 2

    walked("iris-mlp", USUAL, walk)


def test_why_there_is_nothing_is_said_in_the_box_alone() -> None:
    async def walk(person: Person) -> None:
        link = person.app._link
        assert link is not None
        client: Any = link._client
        await person.press("e", "epoch 1 ")
        await person.press("7", "7 Update ━")
        send = client.send

        def refuse(command: Any) -> int:
            if not isinstance(command, Inspect) or not isinstance(command.probe, WeightUpdate):
                return int(send(command))
            problem = Problem(id=99, message="no update is known here", hint="press s")
            person.app.call_later(client._hear, problem)
            return 99

        client.send = refuse
        await person.press("enter", "no update is known here: press s")
        assert person.app.world.problem is None

    walked("iris-mlp", USUAL, walk)


def test_its_keys_are_told_and_what_it_shows_is_copied() -> None:
    async def walk(person: Person) -> None:
        asked(person)
        await person.press("e", "epoch 1 ")
        await person.press("7", "7 Update ━")
        await person.press("enter", "update of 0.weight[0,0]")
        await person.press("question_mark", "the same place in the layer before, behind")
        await person.press("q", "update of 0.weight[0,0]")
        await person.press("y", "copied")
        assert "w ← w − step" in person.app.clipboard

    walked("iris-mlp", USUAL, walk)


def test_enter_in_the_footer_does_what_the_key_does() -> None:
    async def walk(person: Person) -> None:
        asked(person)
        await person.press("e", "epoch 1 ")
        await person.pilot.press("7")
        [row] = [y for y, row in enumerate(person.screen.split("\n")) if "enter open" in row]
        column = person.screen.split("\n")[row].index("enter open")
        await person.pilot.click(offset=(column + 1, row))
        await person.sees("update of 0.weight[0,0]")

    walked("iris-mlp", USUAL, walk)


def test_a_panel_without_numbers_says_where_some_are(tmp_path: Any) -> None:
    async def use(person: Person) -> None:
        await person.press("2", "━ 2 Data")
        person.app.action_open_number()
        await person.sees("no number is at the cursor here")

    walked("iris-mlp", USUAL, use)


def test_a_recording_says_that_it_holds_no_tensors(tmp_path: Any) -> None:
    async def use(app: Workbench, pilot: Any) -> None:
        await pilot.press("7", "enter")
        await pilot.pause(0.05)
        assert app.desk.words == "a recording holds no tensors to look into"

    on_screen(tmp_path, use)
