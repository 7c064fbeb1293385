"""Marks: a position with a sentence, which are the slides of a lesson."""

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_nn.app.building import drives
from tui_nn.app.leaving import Leaving
from tui_nn.app.teaching import Teaching
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.finding import lesson_beside, read_text
from tui_nn.views.desk import LOOK_FOR
from tui_nn.views.panels.registry import PANELS

if TYPE_CHECKING:
    from tui_nn.spec.lesson import Slide

NO_MARKS = "no marks yet: m makes one"


class Marking(Leaving):
    """An app in which a lesson can be made."""

    teaching: Teaching

    @drives
    def action_mark(self) -> None:
        """Stop here, and ask for the sentence."""
        if self.world.started is None:
            self.say("nothing is loaded yet")
            return
        if self.world.running:
            self.driving.run_or_pause()
        from tui_nn.app.editing.note import Note

        def take(text: str | None) -> None:
            if text is not None:
                self._mark(text)

        path = self._lesson_file
        title = f"mark this moment in {path.name}" if path else "mark this moment"
        self.push_screen(Note(title, self.board.palette), take)

    @property
    def _lesson_file(self) -> Path | None:
        """None where the experiment is no file of the user's yet."""
        path = self.unsaved.origin.path if self.unsaved.origin else None
        return lesson_beside(path) if path else None

    def _mark(self, text: str) -> None:
        from tui_nn.app.editing.slides import add_slide

        try:
            copied = "" if self._lesson_file else self._copy()
            path = self._lesson_file
            assert path is not None
            lesson = add_slide(path, self._slide(text), str(self.world.setting("title", "")))
        except InvalidInput as error:
            self.say(f"not marked: {error}")
            return
        if self.world.lesson is None or copied:
            self.desk.slide = None
        self.world.teach(lesson)
        words = f"slide {len(lesson.slides)} of {path}"
        self.say(f"{words}{f', beside {copied}' if copied else ''}{self._doubt()}", 6.0)

    def _doubt(self) -> str:
        """Why who opens the lesson may see something else."""
        if any(change.step for change in self.world.changes):
            return ": it begins with the settings of now, which were others at first"
        return ": w saves the experiment, which was changed" if self.unsaved.is_there else ""

    def _slide(self, text: str) -> "Slide":
        """What is shown now, with this text."""
        from tui_nn.spec.deeds import place_of
        from tui_nn.spec.lesson import SLIDE_PHASES, Slide

        desk, present = self.desk, self.world.present
        panel = PANELS[desk.focus]
        has_views = len(panel.suiting(self.world)) > 1
        is_numbered = desk.focus != LOOK_FOR
        return Slide(
            text=text,
            step=place_of(present)[0],
            phase=present.phase if present.phase in SLIDE_PHASES else None,
            panel=desk.focus if is_numbered else None,
            view=panel.view(self.world, desk).name if is_numbered and has_views else None,
            full=desk.full and is_numbered,
        )

    def _copy(self) -> str:
        """Write the experiment as it is now beside which its lesson can lie; its file's name."""
        from tui_nn.app.editing.writing import write_experiment

        assert self.world.started is not None
        name = re.sub(r"[^\w.+-]+", "-", self.world.started.name).strip("-.") or "experiment"
        numbers = ("", *(f"-{number}" for number in range(2, 1000)))
        free = (
            path for number in numbers
            if not (path := Path(f"{name}{number}.toml")).exists()
            and not lesson_beside(path).exists()
        )  # fmt: skip
        path = next(free)
        write_experiment(self.world.settings, self.settings.experiment, path)
        self._is_saved_in(
            replace(self.settings, experiment=str(path), text=read_text(path), begun=False)
        )
        return str(path)

    def action_marks(self) -> None:
        """All slides, to go to one of them or to remove it."""
        lesson = self.world.lesson
        if lesson is None:
            self.say(NO_MARKS)
            return
        from tui_nn.app.editing.marks import Marks

        def take(found: tuple[int, bool] | None) -> None:
            if found is None:
                return
            index, is_removed = found
            if is_removed:
                self._remove_mark(index)
            else:
                self.desk.slide = index - 1 if index else None
                self.action_slide(1)

        name, at = lesson.title or "marks", self.desk.slide or 0
        self.push_screen(Marks(name, lesson.slides, at, self.board.palette), take)

    def action_slide(self, way: int) -> None:
        """One slide on or back."""
        raise NotImplementedError

    def _remove_mark(self, index: int) -> None:
        from tui_nn.app.editing.slides import remove_slide

        path, lesson = self._lesson_file, self.world.lesson
        assert lesson is not None
        if path is None:
            self.say("the slides of a preset stay")
            return
        try:
            left = remove_slide(path, index, lesson)
        except InvalidInput as error:
            self.say(f"not removed: {error}")
            return
        self.desk.slide = None
        if left is None:
            self.world.lesson = self.world.judge = None
            self.say(f"removed, and with it {path}")
            return
        self.world.teach(left)
        self.say(f"slide {index + 1} is removed")
        self.action_marks()
