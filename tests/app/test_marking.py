"""A lesson made from inside: positions marked with a sentence are its slides."""

from pathlib import Path

import pytest

from tests.app.pretending import used
from tests.app.taped import Person
from tui_nn.app.settings import Settings
from tui_nn.spec.finding import find_experiment
from tui_nn.spec.lesson import load_lesson
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.commands import GoTo

MINE = """\
title = "Mine"
data = "xor_gate()"
network = ["Linear(2, 4)", "Tanh()", "Linear(4, 1)"]
loss = "BCEWithLogitsLoss()"
optimizer = "SGD(lr=0.1)"
"""
ASKED = "─ mark this moment"


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mine.toml"
    path.write_text(MINE)
    return path


def own() -> Settings:
    return Settings(experiment="mine.toml", text=MINE, runs=None)


async def mark(person: Person, text: str, shows: str) -> str:
    await person.press("m", ASKED)
    await person.pilot.press(*text)
    return await person.press("enter", shows)


async def three(person: Person) -> None:
    """At the beginning; inside step 3, on the whole screen; behind it."""
    await person.press("5", "━ 5 Forward")
    await mark(person, "look", "slide 1 of mine.lesson.toml")
    await person.press("s", "step 1 ")
    await person.press("s", "step 2 ")
    await person.press("p", "step 3 ")
    await person.press("p", "▐6 Gradient▌")
    await person.press("f", "━ 6 Gradient ")
    await mark(person, "slopes", "slide 2 of mine.lesson.toml")
    await person.pilot.press("f")
    await person.press("s", "▐8 Evaluate▌")
    await mark(person, "done", "slide 3 of mine.lesson.toml")


def test_marked_positions_are_walked_as_slides_when_the_experiment_is_opened_again() -> None:
    async def teach(person: Person) -> None:
        await three(person)
        await person.pilot.press("q")

    async def learn(person: Person) -> None:
        def stands() -> tuple[int, Phase]:
            return person.app.world.present.step, person.app.world.present.phase

        await person.press("right_parenthesis", "look")
        assert (stands()[0], person.app.desk.focus) == (0, 5)
        await person.press("right_parenthesis", "slopes")
        assert stands() == (2, Phase.GRADIENT)
        assert (person.app.desk.focus, person.app.desk.full) == (6, True)
        await person.press("right_parenthesis", "done")
        assert stands() == (3, Phase.EVALUATE)
        assert (person.app.desk.focus, person.app.desk.full) == (8, False)
        await person.press("left_parenthesis", "slopes")
        assert stands() == (2, Phase.GRADIENT)
        await person.pilot.press("escape", "q")

    assert used(own(), teach) == 0
    slides = load_lesson(Path("mine.lesson.toml")).slides
    assert [(s.step, s.phase, s.panel, s.full) for s in slides] == [
        (0, None, 5, False), (2, Phase.GRADIENT, 6, True), (3, None, 8, False),
    ]  # fmt: skip
    assert used(own(), learn) == 0


def test_a_mark_on_a_preset_lies_in_the_folder_beside_a_copy_and_a_name_is_not_taken_twice(
    tmp_path: Path,
) -> None:
    Path("and-gate.toml").write_text("somebody's own")

    async def walk(person: Person) -> None:
        screen = await mark(person, "look", "slide 1 of ")
        assert "and-gate-2.lesson.toml, beside and-gate-2.toml" in screen
        await mark(person, "again", "slide 2 of and-gate-2.lesson.toml")
        await person.pilot.press("q")

    assert used(Settings(experiment="and-gate", runs=None), walk) == 0
    assert find_experiment("and-gate-2.toml").is_file()
    assert Path("and-gate.toml").read_text() == "somebody's own"
    assert len(load_lesson(Path("and-gate-2.lesson.toml")).slides) == 2


def test_what_a_teacher_has_written_into_the_file_stays() -> None:
    path = Path("mine.lesson.toml")
    path.write_text('title = "Seen"  # by hand\n[[slide]]\ntext = "First."\n')

    async def walk(person: Person) -> None:
        await mark(person, "second", "slide 2 of mine.lesson.toml")

    used(own(), walk)
    assert path.read_text().startswith('title = "Seen"  # by hand\n[[slide]]\ntext = "First."\n')
    assert [slide.text for slide in load_lesson(path).slides] == ["First.", "second"]


def test_a_slide_is_put_behind_those_that_stand_in_one_list() -> None:
    path = Path("mine.lesson.toml")
    path.write_text('slide = [{ text = "First." }]\n')

    async def walk(person: Person) -> None:
        await mark(person, "second", "slide 2 of mine.lesson.toml")

    used(own(), walk)
    assert [slide.text for slide in load_lesson(path).slides] == ["First.", "second"]


def test_marks_are_listed_gone_to_and_removed() -> None:
    async def walk(person: Person) -> None:
        await three(person)
        screen = await person.press("colon", "every action")
        await person.pilot.press(*"marks:")
        screen = await person.press("enter", "enter goes there")
        assert "2  step 2     gradient  6" in screen
        await person.pilot.press("home", "down", "x")
        await person.sees("slide 2 is removed")
        assert "slopes" not in person.screen
        await person.pilot.press("home", "enter")
        await person.sees("1 of 2")
        assert GoTo(step=0) in person.app._link._client.sent  # type: ignore[union-attr]

    used(own(), walk)
    assert [s.text for s in load_lesson(Path("mine.lesson.toml")).slides] == ["look", "done"]


def test_the_last_mark_takes_the_file_with_it() -> None:
    async def walk(person: Person) -> None:
        await mark(person, "look", "slide 1")
        person.app.action_marks()
        await person.sees("enter goes there")
        await person.press("x", "removed, and with it mine.lesson.toml")
        person.app.action_marks()
        await person.sees("no marks yet")

    used(own(), walk)
    assert not Path("mine.lesson.toml").exists()


def test_slides_of_a_preset_stay() -> None:
    async def walk(person: Person) -> None:
        person.app.action_marks()
        await person.sees("enter goes there")
        await person.press("x", "the slides of a preset stay")

    used(Settings(experiment="and-gate", runs=None), walk)


@pytest.mark.parametrize("text", ["", "slide = 3", "[[slide"])
def test_a_lesson_that_can_not_be_read_is_not_written_over(text: str) -> None:
    async def walk(person: Person) -> None:
        Path("mine.lesson.toml").write_text(text)
        await mark(person, "look", "not marked")

    used(own(), walk)
    assert Path("mine.lesson.toml").read_text() == text


def test_a_mark_without_a_sentence_is_not_made() -> None:
    async def walk(person: Person) -> None:
        await mark(person, " ", "a mark needs a sentence")
        await person.pilot.press("escape")

    used(own(), walk)
    assert not Path("mine.lesson.toml").exists()


def test_it_is_said_where_others_will_see_something_else() -> None:
    async def walk(person: Person) -> None:
        person.app.action_rate(1)
        await person.pilot.pause()
        await mark(person, "look", "w saves the experiment, which was changed")
        await person.press("s", "step 1 ")
        person.app.action_rate(1)
        await person.pilot.pause()
        await mark(person, "more", "it begins with the settings of now")

    used(own(), walk)
