"""A lesson on the screen: its slides, and the way to where each of them stands."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.finding import find_experiment, lesson_beside
from tui_nn.spec.protocol.commands import Commands, Pause
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Answer, Problem
from tui_nn.views.desk import LOOK_FOR, Desk
from tui_nn.views.world import World

if TYPE_CHECKING:
    from tui_nn.spec.lesson import Slide


class Teaching:
    """Turns slides; without a lesson it does nothing."""

    def __init__(self, world: World, desk: Desk, send: Callable[[Commands], int]) -> None:
        self._world, self._desk, self._send = world, desk, send
        self._awaited: int | None = None
        """The id of the command that leads to where the slide stands."""
        self._entered: int | None = None
        """The slide whose place was gone to."""
        self._open: int | None = None
        """What lay over a narrow screen when the way began."""

    def open(self, experiment: str) -> str:
        """Take up the lesson beside what is opened, if it has one; why it can't be used."""
        try:
            path = find_experiment(experiment)
        except InvalidInput:
            return ""  # a run, or what an engine elsewhere knows
        lesson = lesson_beside(path)
        if not lesson.is_file():
            return ""
        from tui_nn.spec.lesson import load_lesson  # large: not at the start

        try:
            self._world.teach(load_lesson(lesson))
        except InvalidInput as error:
            return str(error)
        return ""

    @property
    def covered(self) -> str:
        """What the slide says, where the panel it shows covers that."""
        slide = self._slide
        return slide.text if slide is not None and slide.full and self._desk.full else ""

    def turn(self, way: int) -> str:
        """One slide on or back; why there is none."""
        lesson, desk = self._world.lesson, self._desk
        if lesson is None:
            return "there is no lesson here: nn-tui presets says which have one"
        slide = (-1 if desk.slide is None else desk.slide) + way
        if not 0 <= slide < len(lesson.slides):
            return "this is the last slide" if way > 0 else "this is the first slide"
        desk.slide, desk.text_line, desk.choice, desk.lent = slide, 0, 0, {}
        desk.full = False
        self._look_at(())
        if not self.go_on():
            desk.focus = LOOK_FOR
        return ""

    def go_on(self) -> bool:
        """Go to where the slide stands, once what it asks is answered; whether it is."""
        slide = self._slide
        if slide is None or self._entered == self._desk.slide:
            return True
        if slide.guess is not None and self._desk.slide not in self._desk.guessed:
            return False
        self._entered = self._desk.slide
        self._show(slide)
        self._open = self._desk.open
        commands = self._way_to(slide)
        for command in commands:
            self._awaited = self._send(command)
        if not commands:
            self._arrive()
        return True

    def hear(self, told: Told) -> None:
        """Where a command of the way to a slide is answered, it is looked at."""
        if isinstance(told, Answer | Problem) and told.id and told.id == self._awaited:
            self._arrive()
            if self._slide is not None:
                self._show(self._slide)  # the focus has followed the phases on the way
                self._desk.open = self._open

    def _way_to(self, slide: "Slide") -> list[Commands]:
        from tui_nn.spec.deeds import way_to

        world = self._world
        if world.playing is not None or world.present.state == "offline" or world.is_broken:
            return []
        found = [*way_to(slide.step, slide.phase, world.present)]
        return [Pause(), *found] if found and world.running else found

    @property
    def _slide(self) -> "Slide | None":
        lesson, at = self._world.lesson, self._desk.slide
        return None if lesson is None or at is None else lesson.slides[at]

    def _show(self, slide: "Slide") -> None:
        if slide.panel is not None:
            self._desk.focus = slide.panel
            self._desk.lent = {slide.panel: slide.view} if slide.view else {}
            self._desk.full = slide.full

    def _arrive(self) -> None:
        self._awaited = None
        if self._desk.slide is not None:
            self._look_at((self._desk.slide,))

    def _look_at(self, slides: tuple[int, ...]) -> None:
        if self._world.judge is not None:
            self._world.judge.turn_to(slides, self._world)
        if not slides:
            self._entered = None
