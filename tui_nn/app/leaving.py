"""What is unsaved when a person leaves, and when they come back."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import localtime, strftime, time

from tui_nn.app.building import Building, drives
from tui_nn.app.drafts import Draft
from tui_nn.app.settings import Settings
from tui_nn.app.unsaved import Unsaved
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.exits import Exit
from tui_nn.spec.finding import read_text
from tui_nn.spec.protocol.lines import Told

STANDS_S = 3600.0
"""An offer stands until something else is done."""
ANSWER_S = 2.0
"""So long an engine may take to answer before it is left without."""
DAY_S = 86400.0
LINES = 6
"""So many changes are named."""
STILL_UNSAVED = "what was not saved is offered at the next start"
NOTHING_LEFT = "nothing unsaved was left behind"


class Leaving(Building):
    """An app in which no work is lost without a word."""

    unsaved: Unsaved
    _is_asked = False
    """Whether a question about what is unsaved is open."""
    _later: Callable[[], None] | None = None
    """What is done once the engine has answered."""
    _wants_back = False
    """Whether what is opened now is to be as it was left."""

    def action_close(self) -> None:
        if not self._close_top():
            self._leave(self._end)

    def action_interrupt(self) -> None:
        """Stop training, then leave; at once where a question is open already."""
        if self.world.running and self.replaying is None and not self._is_interrupted:
            self._is_interrupted = True
            self.driving.run_or_pause()
            self.say("training stops: ctrl+c again leaves")
        elif self._is_asked:
            self.exit(Exit.DONE)  # what is unsaved is offered at the next start
        else:
            self._leave(self._end)

    _is_interrupted = False

    def _end(self) -> None:
        self.unsaved.drop()
        self.exit(Exit.DONE)

    def _open(self, settings: Settings) -> None:
        self._leave(lambda: self._reopen(settings))

    def _reopen(self, settings: Settings) -> None:
        super()._open(settings)
        self.unsaved.open(settings)

    def _leave(self, then: Callable[[], None]) -> None:
        """Do it; where something would be lost, once it is known what is to become of that.

        What was changed just now is known when the engine has answered.
        """
        if self.driving.is_waiting and self._later is None and not self._has_no_engine:
            self._later = then
            self.set_timer(ANSWER_S, self._leave_now)
        else:
            self._ask(then)

    def _leave_now(self) -> None:
        later, self._later = self._later, None
        if later is not None:
            self._ask(later)

    @property
    def _has_no_engine(self) -> bool:
        return self.world.present.state == "offline"

    def _ask(self, then: Callable[[], None]) -> None:
        if not self.unsaved.is_there:
            then()
            return
        from tui_nn.app.editing.asking import Choice, Question  # not at the start

        def take(choice: Choice | None) -> None:
            if choice == "save":
                self._save(lambda is_saved: self._go_on(then if is_saved else None))
            else:
                self._go_on(then if choice == "leave" else None)

        self._is_asked = True
        title, lines = self._lost()
        question = Question(title, lines, self.board.palette)
        self.push_screen(question, take)

    def _go_on(self, then: Callable[[], None] | None) -> None:
        self._is_asked = False
        if then is not None:
            then()

    def _lost(self) -> tuple[str, list[str]]:
        """What would be lost: a title, and lines."""
        from tui_nn.app.editing.changing import said

        origin = self.unsaved.origin
        assert origin is not None
        name = origin.path.name if origin.path else self.world.setting("title", "")
        lines = [said(one.key, one.new) for one in self.unsaved.changes][:LINES]
        if self.unsaved.layers[0]:
            lines.append("layers in 1 Network that were not taken: no file will hold them")
        return f"{name}: not saved", lines or ["it was pasted, and no file holds it"]

    # Saving

    @drives
    def action_save(self) -> None:
        """The run; and the experiment, where it has changes that its file lacks."""
        is_there = self.unsaved.is_there
        if self.settings.runs is not None or not is_there:
            self.driving.save()
        if is_there:
            self._save(lambda is_saved: None)

    @drives
    def action_save_as(self) -> None:
        if self.world.started is not None:
            self._save_as(lambda is_saved: None)

    def _save(self, answered: Callable[[bool], None]) -> None:
        """Into the file that it came from; where that is none, or another now, into one that is
        asked for.
        """
        from tui_nn.app.editing.writing import write_changes

        path = self.unsaved.origin.path if self.unsaved.origin else None
        if path is None or not self._is_as_opened(path):
            self._save_as(answered)
            return
        try:
            text = write_changes(self.unsaved.changes, path)
        except InvalidInput as error:
            self.say(f"not saved: {error.message}")
            answered(False)
            return
        self._is_saved_in(replace(self.settings, text=text))
        self.say(f"saved in {path}")
        answered(True)

    def _is_as_opened(self, path: Path) -> bool:
        """Whether nobody has written to the file since."""
        try:
            return read_text(path) == self.settings.text
        except InvalidInput:
            return False

    def _save_as(self, answered: Callable[[bool], None]) -> None:
        def take(path: Path | None) -> None:
            if path is not None:
                text = path.read_text(encoding="utf-8")
                self._is_saved_in(
                    replace(self.settings, experiment=str(path), text=text, begun=False)
                )
            answered(path is not None)

        self._forms().save_as(self.settings.experiment, take)

    def _is_saved_in(self, settings: Settings) -> None:
        self.settings = settings
        self.unsaved.saved(settings)

    # What was left behind

    def _watch_forms(self) -> None:
        """Layers that are edited are kept as the experiment's own are."""
        if self._editor is not None:
            self.unsaved.edit(self._editor.layers)

    def _look_for_unsaved(self, told: Told) -> None:
        """Keep what is unsaved; offer what was left behind."""
        found = self.unsaved.look(told)
        if self._later is not None and not self.driving.is_waiting:
            self.call_later(self._leave_now)
        if found is None:
            return
        if self._wants_back:
            self._wants_back = False
            self.call_later(self.action_bring_back)
            return
        self._offered = self.action_bring_back
        words = f"unsaved changes {_when(found.at_s)}: enter brings them back, : discard drops them"
        self.say(words, STANDS_S)

    @drives
    def action_bring_back(self) -> None:
        """The experiment as it was left."""
        found, origin = self.unsaved.found, self.unsaved.origin
        if found is None or origin is None:
            self.say(NOTHING_LEFT)
        elif (found.of, found.text) == (origin.of, origin.text):
            self.unsaved.take_found()
            self._change_back(found)
        else:
            self._leave(lambda: self._begin_back(found))

    def _begin_back(self, found: Draft) -> None:
        """Open what it began with, and then bring it back."""
        self._wants_back = True
        name = found.title if found.text is not None else "empty"
        other = replace(self.settings, begun=True, changes=(), target=())
        self._reopen(replace(other, experiment=name, text=found.text))

    def _change_back(self, found: Draft) -> None:
        from tui_nn.spec.trial import written

        keys = [change.partition("=")[0] for change in found.changes]
        old = tuple(written(key, self.world.setting(key)) for key in keys)
        if found.changes:
            self.driving.change("what was left", found.changes, old, anew=True)
        self._forms().keep_layers((found.layers, found.frozen))
        self.say("brought back: w saves it, u takes it back")

    def action_discard(self) -> None:
        self.say("discarded" if self.unsaved.discard() else NOTHING_LEFT)


def _when(at_s: float) -> str:
    """A time of this place, the day where it is another."""
    is_today = abs(time() - at_s) < DAY_S
    return strftime("of %H:%M" if is_today else "of %d %b %H:%M", localtime(at_s))
