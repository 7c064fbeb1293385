"""Work that no file holds: asked about when it would be lost, offered again after a crash."""

import asyncio
from pathlib import Path
from typing import cast

import pytest
from textual.events import Paste

from tests.app.pretending import Pretender, used
from tests.app.taped import Person
from tui_nn.app.drafts import drafts_folder, left_behind
from tui_nn.app.settings import Settings
from tui_nn.spec.files import load_experiment

MINE = """\
# mine alone
title = "Mine"
data = "xor_gate()"
network = ["Linear(2, 4)", "Tanh()", "Linear(4, 1)"]
loss = "BCEWithLogitsLoss()"
optimizer = "SGD(lr=0.1)"  # slowly
"""
ASKED = "not saved ─"
SIZES = [(100, 36), (80, 24), (40, 12)]


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mine.toml"
    path.write_text(MINE)
    return path


def own(**changes: object) -> Settings:
    return Settings(experiment="mine.toml", text=MINE, runs=None, **changes)  # type: ignore[arg-type]


def kept() -> list[Path]:
    return [*drafts_folder().glob("*.json")]


async def edit(person: Person) -> None:
    """Copy the first layer's activation."""
    await person.press("enter", "╭─ 1 Network ─")
    await person.pilot.press("down", "d", "q")
    await person.pilot.pause()
    assert "╭─" not in await person.sees("begins anew")


async def paste(person: Person) -> None:
    person.app.post_message(Paste(MINE.replace("Mine", "Pasted")))
    await person.sees("enter opens it")
    await person.pilot.press("enter")
    await person.sees(" Pasted ")


@pytest.mark.parametrize("size", SIZES)
def test_leaving_an_edited_file_is_asked_about_and_escape_stays(size: tuple[int, int]) -> None:
    async def walk(person: Person) -> None:
        person.app.action_rate(1)
        await person.pilot.pause()
        screen = await person.press("q", ASKED)
        assert "mine.toml" in screen
        assert "optimizer SGD(lr=0.3)" in screen
        await person.pilot.press("escape")
        await person.pilot.pause()
        assert ASKED not in person.screen
        assert person.app.return_value is None

    assert used(own(), walk, size) is None


def test_save_writes_what_was_changed_alone_and_leaves(mine: Path) -> None:
    async def walk(person: Person) -> None:
        await edit(person)
        await person.press("q", ASKED)
        await person.pilot.press("s")

    assert used(own(), walk) == 0
    new = '["Linear(2, 4)", "Tanh()", "Tanh()", "Linear(4, 1)"]'
    assert mine.read_text() == MINE.replace('["Linear(2, 4)", "Tanh()", "Linear(4, 1)"]', new)
    assert kept() == []


def test_what_is_not_wanted_is_left_and_nothing_of_it_is_kept(mine: Path) -> None:
    async def walk(person: Person) -> None:
        await edit(person)
        await person.press("q", ASKED)
        assert len(kept()) == 1
        await person.pilot.press("n")

    assert used(own(), walk) == 0
    assert mine.read_text() == MINE
    assert kept() == []


def test_what_was_taken_back_is_not_asked_about() -> None:
    async def walk(person: Person) -> None:
        await edit(person)
        await person.press("u", "undone")
        await person.pilot.press("q")

    assert used(own(), walk) == 0
    assert kept() == []


def test_a_saved_file_is_left_without_a_question(mine: Path) -> None:
    async def walk(person: Person) -> None:
        await edit(person)
        await person.press("w", "saved in mine.toml")
        await person.pilot.press("q")

    assert used(own(), walk) == 0
    assert "# slowly" in mine.read_text()


def test_a_file_that_somebody_else_changed_is_not_written_over_unasked(mine: Path) -> None:
    async def walk(person: Person) -> None:
        await edit(person)
        mine.write_text(MINE + "# another hand\n")
        await person.press("w", "save this experiment as")
        assert "replaces mine.toml" in person.screen
        await person.pilot.press("escape")

    used(own(), walk)
    assert mine.read_text().endswith("# another hand\n")


def test_a_file_that_can_not_be_written_keeps_the_app_and_the_work(mine: Path) -> None:
    async def walk(person: Person) -> None:
        await edit(person)
        await person.press("q", ASKED)
        mine.unlink()
        mine.mkdir()
        await person.press("s", "save this experiment as")
        await person.press("enter", "not saved")
        assert person.app.return_value is None

    assert used(own(), walk) is None
    assert len(kept()) == 1


def test_a_third_ctrl_c_leaves_whatever_is_open_and_the_work_is_kept() -> None:
    async def walk(person: Person) -> None:
        await edit(person)
        await person.press("ctrl+c", ASKED)
        await person.pilot.press("ctrl+c")

    assert used(own(), walk) == 0
    assert len(kept()) == 1


@pytest.mark.parametrize("keys", [".", "R", ".R"])
def test_playing_with_a_preset_is_never_asked_about(keys: str) -> None:
    async def walk(person: Person) -> None:
        await person.pilot.press(*keys)
        await person.pilot.pause()
        await person.pilot.press("q")

    assert used(Settings(experiment="and-gate", runs=None), walk) == 0
    assert kept() == []


def test_another_seed_by_its_key_is_no_change_of_a_file() -> None:
    async def walk(person: Person) -> None:
        await person.pilot.press("R")
        await person.pilot.pause()
        await person.pilot.press("q")

    assert used(own(), walk) == 0


def test_a_preset_that_was_built_on_is_asked_about_and_saved_as_a_file(tmp_path: Path) -> None:
    async def walk(person: Person) -> None:
        await edit(person)
        await person.press("q", ASKED)
        await person.press("enter", "save this experiment as")
        await person.press("enter", "")

    assert used(Settings(experiment="xor-mlp", runs=None), walk) == 0
    assert len(load_experiment("xor-mlp.toml").network) > len(load_experiment("xor-mlp").network)


def test_what_was_changed_just_now_is_waited_for_before_it_is_left() -> None:
    async def walk(person: Person) -> None:
        engine = cast(Pretender, person.app._link._client)  # type: ignore[union-attr]
        engine.is_busy = True
        await person.pilot.press("full_stop", "q")
        await person.pilot.pause()
        assert ASKED not in person.screen
        assert person.app.return_value is None
        await asyncio.to_thread(engine.be_free)
        await person.sees(ASKED)

    assert used(own(), walk) is None


def test_an_engine_that_does_not_answer_keeps_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_nn.app.leaving.ANSWER_S", 0.05)

    async def walk(person: Person) -> None:
        cast(Pretender, person.app._link._client).is_busy = True  # type: ignore[union-attr]
        await person.pilot.press("full_stop", "q")
        while person.app.return_value is None:
            await person.pilot.pause(0.01)

    assert used(own(), walk) == 0


def test_a_network_begun_anew_is_asked_about_once_it_is_edited() -> None:
    begun = Settings(experiment="empty", begun=True, runs=None)

    async def leave(person: Person) -> None:
        await person.pilot.press("q")

    async def walk(person: Person) -> None:
        person.app.action_rate(1)
        await person.pilot.pause()
        await person.press("q", ASKED)

    assert used(begun, leave) == 0
    assert used(begun, walk) is None


def test_a_pasted_experiment_is_held_by_no_file_from_the_beginning() -> None:
    async def walk(person: Person) -> None:
        await paste(person)
        await person.press("q", ASKED)
        assert "it was pasted" in person.screen

    used(Settings(experiment="and-gate", runs=None), walk)
    assert len(kept()) == 1


def test_opening_something_else_asks_first_and_leaves_nothing_behind() -> None:
    async def walk(person: Person) -> None:
        await edit(person)
        await person.press("ctrl+o", "open a preset")
        await person.pilot.press(*"or-gate")
        await person.press("enter", ASKED)
        await person.press("n", "OR gate")
        assert kept() == []
        await person.pilot.press("q")

    assert used(own(), walk) == 0


def killed(settings: Settings, *keys: str) -> None:
    """Changes that an app has made which then is gone without a word."""

    async def walk(person: Person) -> None:
        await edit(person)
        await person.pilot.press(*keys)
        await person.pilot.pause(0.2)
        person.app.exit()

    used(settings, walk)
    assert len(kept()) == 1


OFFERED = "enter brings them back"


def test_after_a_crash_one_key_brings_the_work_back(mine: Path) -> None:
    killed(own())

    async def walk(person: Person) -> None:
        await person.sees(OFFERED)
        await person.press("enter", "brought back")
        assert list(person.app.world.setting("network")).count("Tanh()") == 2
        await person.press("w", "saved in")
        await person.pilot.press("q")

    assert used(own(), walk) == 0
    assert len(load_experiment("mine.toml").network) == 4
    assert kept() == []


def test_what_was_brought_back_and_is_lost_again_is_offered_again() -> None:
    killed(own())

    async def back(person: Person) -> None:
        await person.sees(OFFERED)
        await person.press("enter", "brought back")
        person.app.exit()

    async def again(person: Person) -> None:
        await person.sees(OFFERED)

    used(own(), back)
    used(own(), again)


def test_what_is_not_brought_back_stays_until_it_is_discarded() -> None:
    killed(own())

    async def leave(person: Person) -> None:
        await person.sees(OFFERED)
        await person.pilot.press("tab", "q")

    async def discard(person: Person) -> None:
        await person.sees(OFFERED)
        await person.press("colon", "every action")
        await person.pilot.press(*"discard")
        await person.press("enter", "discarded")

    assert used(own(), leave) == 0
    used(own(), discard)
    assert kept() == []


def test_what_another_app_holds_is_left_to_it(mine: Path) -> None:
    async def walk(person: Person) -> None:
        await edit(person)
        assert left_behind(str(mine.resolve())) is None

    used(own(), walk)
    found = left_behind(str(mine.resolve()))
    assert found is not None
    found[1].remove()
    assert [*drafts_folder().iterdir()] == []


def test_layers_of_an_open_form_come_back_though_they_do_not_fit() -> None:
    async def walk(person: Person) -> None:
        await person.press("enter", "╭─ 1 Network ─")
        await person.pilot.press("x")
        await person.pilot.pause(0.2)
        person.app.exit()

    async def again(person: Person) -> None:
        await person.sees(OFFERED)
        await person.press("enter", "brought back")
        screen = await person.press("enter", "╭─ 1 Network ─")
        assert "0 Tanh()" in screen

    used(own(), walk)
    used(own(), again)


@pytest.mark.parametrize("begin", ["and-gate", "empty"])
def test_a_pasted_experiment_comes_back_where_none_of_ones_own_is_opened(begin: str) -> None:
    async def lost(person: Person) -> None:
        await paste(person)
        await edit(person)
        person.app.exit()

    async def back(person: Person) -> None:
        await person.sees(OFFERED)
        await person.press("enter", " Pasted ")
        await person.sees("brought back")
        assert list(person.app.world.setting("network")).count("Tanh()") == 2

    used(Settings(experiment="and-gate", runs=None), lost)
    used(Settings(experiment=begin, begun=begin == "empty", runs=None), back)


@pytest.mark.parametrize("text", [b"", b"{", b"\xff" * 99, b'{"of": 3}', b"[]"])
def test_a_broken_draft_is_passed_over(text: bytes) -> None:
    killed(own())
    [path] = kept()
    path.write_bytes(text)

    async def walk(person: Person) -> None:
        assert OFFERED not in person.screen
        await person.pilot.press("q")

    assert used(own(), walk) == 0


def test_where_nothing_can_be_kept_nothing_is_but_all_else_works(home: Path) -> None:
    (home / "state").write_text("a file")

    async def walk(person: Person) -> None:
        await edit(person)
        await person.press("q", ASKED)
        await person.pilot.press("n")

    assert used(own(), walk) == 0
