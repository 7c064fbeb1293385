"""A lesson in the app: slides turned by keys, training taken to where each of them stands."""

from pathlib import Path

import pytest

from tests.app.support import Sent, on_screen
from tests.app.taped import Person, walked
from tests.views.support import present, started, world_of
from tui_nn.app.app import Workbench
from tui_nn.app.teaching import Teaching
from tui_nn.spec.lesson import lesson_of
from tui_nn.spec.protocol import Phase
from tui_nn.spec.protocol.commands import GoTo, Pause, Step
from tui_nn.spec.protocol.messages import Answer, Present
from tui_nn.views.desk import LOOK_FOR, Desk

LESSON = """
[[slide]]
text = "First."
step = 0
panel = 5
view = "sum"
[[slide]]
text = "Second."
step = 2
panel = 6
check = { step = 2 }
[[slide]]
text = "Third."
step = 2
phase = "forward"
check = { back = true }
guess = { question = "Which?", choices = ["a", "b"], answer = "b" }
"""


class Room:
    """A lesson, and the engine's answers by hand."""

    def __init__(self) -> None:
        self.world = world_of(started(), present(0, "ready", phase=Phase.OPTIMIZER))
        self.world.teach(lesson_of(LESSON, "x"))
        self.desk, self.sent = Desk(), Sent()
        self.teaching = Teaching(self.world, self.desk, self.sent)

    def answered(self, where: Present) -> None:
        answer = Answer(id=len(self.sent.commands), present=where)
        self.world.take(answer)
        self.desk.focus, self.desk.open = 8, None  # as the app follows the phases
        self.teaching.hear(answer)

    @property
    def met(self) -> set[int]:
        assert self.world.judge is not None
        return self.world.judge.met


def test_a_slide_where_training_stands_already_asks_for_nothing() -> None:
    room = Room()
    assert room.teaching.turn(1) == ""
    assert room.sent.commands == []
    assert (room.desk.slide, room.desk.focus, room.desk.lent) == (0, 5, {5: "sum"})


def test_training_goes_to_where_a_slide_stands_and_only_then_its_check_counts() -> None:
    room = Room()
    room.teaching.turn(1)
    room.teaching.turn(1)
    assert room.sent.commands == [Step(count=2)]
    room.world.take(present(2))
    assert room.met == set()
    room.answered(present(2))
    assert room.met == {1}


def test_the_focus_is_on_the_slides_panel_and_what_lay_open_lies_there_again() -> None:
    room = Room()
    room.teaching.turn(1)
    room.desk.open = LOOK_FOR
    room.teaching.turn(1)
    room.answered(present(2))
    assert (room.desk.focus, room.desk.open, room.desk.lent) == (6, LOOK_FOR, {})


def test_a_slide_with_a_guess_waits_for_the_answer() -> None:
    room = Room()
    room.teaching.turn(1)
    room.teaching.turn(1)
    room.answered(present(2))
    room.teaching.turn(1)
    assert room.desk.focus == LOOK_FOR
    assert room.sent.commands == [Step(count=2)]
    room.desk.guessed[2] = "a"
    assert room.teaching.go_on()
    assert room.sent.commands[1:] == [Step(by="phase", count=1)]


def test_what_runs_is_paused_on_the_way_and_turning_back_goes_back() -> None:
    room = Room()
    room.desk.slide = 1
    room.world.take(present(40, "running"))
    room.teaching.turn(-1)
    assert room.sent.commands == [Pause(), GoTo(step=0)]


def test_there_is_no_slide_before_the_first_or_behind_the_last() -> None:
    room = Room()
    assert room.teaching.turn(-1) == "this is the first slide"
    room.desk.slide = 2
    assert room.teaching.turn(1) == "this is the last slide"
    assert room.desk.slide == 2


def test_without_a_lesson_it_is_said_where_there_are_some() -> None:
    teaching = Teaching(world_of(started()), Desk(), Sent())
    assert "nn-tui presets" in teaching.turn(1)


@pytest.mark.parametrize(
    ("name", "has"), [("and-gate", True), ("circle", False), ("a-run", False), (".", False)]
)
def test_a_lesson_is_taken_up_where_one_lies_beside(name: str, has: bool) -> None:
    room = world_of(started())
    assert Teaching(room, Desk(), Sent()).open(name) == ""
    assert (room.lesson is not None) == has


def test_a_lesson_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("")
    (tmp_path / "mine.lesson.toml").write_text("slide = 3")
    room = world_of(started())
    said = Teaching(room, Desk(), Sent()).open(str(tmp_path / "mine.toml"))
    assert said.endswith("mine.lesson.toml: has no slide: write [[slide]] and its text below")
    assert room.lesson is None


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_a_learner_begins_the_lesson_of_and_by_its_key(size: tuple[int, int]) -> None:
    async def walk(person: Person) -> None:
        await person.press("right_parenthesis", "1 of ")
        assert "A perceptron looks at one row" in person.screen
        await person.press("right_parenthesis", "2 of ")
        assert "As a formula" in person.screen
        await person.press("left_parenthesis", "1 of ")

    walked("and-gate", size, walk)


def test_a_recording_has_no_lesson(tmp_path: Path) -> None:
    async def script(app: Workbench, pilot: object) -> None:
        app.action_slide(1)
        assert app.desk.slide is None

    on_screen(tmp_path, script)
