"""Opens the form that belongs to a panel, and asks the engine for what was changed in it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tui_nn.app.driving import Driving
from tui_nn.app.editing.changing import Changing
from tui_nn.app.editing.disk import Disk
from tui_nn.app.editing.form import Form
from tui_nn.app.editing.network import NetworkForm
from tui_nn.app.editing.opening import OpenForm
from tui_nn.app.editing.preview import PreviewForm
from tui_nn.app.editing.settings import SettingsForm
from tui_nn.app.editing.writing import write_experiment
from tui_nn.app.settings import Settings
from tui_nn.app.showing import Showing
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.finding import read_text
from tui_nn.spec.protocol.disk import Contents, Listing
from tui_nn.spec.protocol.messages import Answer, Problem
from tui_nn.spec.trial import read_pasted
from tui_nn.views.field import Subject
from tui_nn.views.network_form import Draft, Ends, draft_of
from tui_nn.views.numbers import counted
from tui_nn.views.panels.registry import PANELS


class Editor:
    """The forms of one app."""

    def __init__(self, app: Showing, driving: Driving) -> None:
        self._app, self._driving = app, driving
        self._changing = Changing(app.world, driving)
        self._disk = Disk(driving.send)
        self._draft: Draft | None = None
        """Layers that could not be taken: they are there when the form is opened again."""

    def offer(self, text: str, settings: Settings) -> tuple[str, Callable[[], Settings | None]]:
        """What a pasted text can be taken for, in words, and how: it gives what is to be opened.

        No words where it is nothing that can be used here.
        """
        found = read_pasted(text)
        if found is None:
            return "", lambda: None
        if isinstance(found, tuple):
            return (
                f"pasted {counted(len(found), 'layer')}: enter edits the network with them",
                lambda: self._open_network(draft_of(found)),
            )
        lines = "\n".join(text.splitlines())
        pasted = replace(settings, experiment=found.title, text=lines, changes=(), target=())
        return f"pasted an experiment, {found.title}: enter opens it", lambda: pasted

    def open(self, panel: int | None) -> None:
        """The form of a panel 1 … 4; of all settings where it is None."""
        if panel == 1:
            self._open_network()
        else:
            title = "all settings" if panel is None else PANELS[panel].title
            palette = self._app.board.palette
            self._app.push_screen(SettingsForm(title, panel, self._changing, palette))

    def hear(self, told: Answer | Problem) -> None:
        """An engine has answered."""
        self._disk.hear(told)
        top = self._app.screen_stack[-1]
        if isinstance(top, SettingsForm):
            top.lay_out()

    def choose(self, settings: Settings, opened: Callable[[Settings], None]) -> None:
        """Ask what to open next."""

        def take(found: tuple[str, bool] | None) -> None:
            if found is None:
                return
            word, is_data = found
            if is_data:
                self._preview(word, settings, opened)
                return
            path = Path(word)
            try:
                is_text = path.suffix == ".toml" and path.is_file()
                text = read_text(path) if is_text else None
            except InvalidInput as error:
                self._app.say(str(error))
                return
            opened(replace(settings, experiment=word, text=text, changes=(), target=()))

        palette = self._app.board.palette
        form = OpenForm(settings.experiment, settings.runs, palette, self._disk)
        self._app.push_screen(form, take)

    def _preview(self, word: str, settings: Settings, opened: Callable[[Settings], None]) -> None:
        """Show what a file of data holds, ask what is to be predicted, then open it."""

        def take(target: tuple[str, ...] | None) -> None:
            if target is not None:
                opened(replace(settings, experiment=word, text=None, changes=(), target=target))

        def show(found: Listing | Contents | Problem) -> None:
            top = self._app.screen_stack[-1]
            if isinstance(found, Problem):
                self._app.say(found.message)
            elif isinstance(found, Contents) and isinstance(top, PreviewForm):
                top.show(found)
            elif isinstance(found, Contents):
                form = PreviewForm(found, self._app.board.palette, again)
                self._app.push_screen(form, take)

        def again(target: tuple[str, ...]) -> None:
            self._disk.preview(word, show, target)

        self._disk.preview(word, show)

    def save_as(self, opened: str) -> None:
        """Ask where, and write the experiment as it is now there; `opened`: what it came from."""
        name = Path(opened).name.removesuffix(".toml") or "experiment"
        now = self._changing.settings

        def check(text: str) -> str:
            path = Path(text).expanduser()
            if path.suffix != ".toml":
                raise InvalidInput("an experiment's file ends with .toml", hint=f"{text}.toml")
            if not path.parent.is_dir():
                raise InvalidInput(f"there is no folder {path.parent}", hint="make it first")
            return f"replaces {path}" if path.exists() else f"a new file {path}"

        def take(text: str | None) -> None:
            if text is not None:
                self._app.say(write_experiment(now, opened, Path(text).expanduser()))

        subject = Subject("save this experiment as", check)
        self._app.push_screen(Form(subject, f"{name}.toml", self._app.board.palette), take)

    def _open_network(self, pasted: Draft | None = None) -> None:
        settings, facts = self._changing.settings, self._changing.facts
        if facts is None:
            self._app.say("this engine doesn't tell what goes in: it is of an older version")
            return
        frozen = self._changing.setting("train.freeze") or ()
        now = draft_of(settings.get("network", ()), frozen)
        layer = self._app.desk.layer.partition(".")[0]
        draft = pasted or self._draft or now.at(int(layer) if layer else 0)

        def check(draft: Draft) -> str:
            return self._changing.check(_values(draft, now))

        def take(found: tuple[Draft, bool] | None) -> None:
            self._draft = None
            if found is not None:
                self._take(*found, now)

        ends = Ends(facts, str(settings.get("loss", "")))
        form = NetworkForm(draft, now, ends, check, self._app.board.palette)
        self._app.push_screen(form, take)

    def _take(self, draft: Draft, runs: bool, before: Draft) -> None:
        try:
            if draft.layers != before.layers:
                self._app.say(self._changing.apply(_values(draft, before)))
        except InvalidInput as error:
            self._draft = draft
            self._app.say(f"not taken, kept for enter: {error.message}")
            return
        if runs:
            self._driving.run_or_pause()


def _values(draft: Draft, before: Draft) -> dict[str, Any]:
    """What a draft sets; of layers that stay, freezing alone: that needs no new beginning."""
    values: dict[str, Any] = {}
    if draft.calls != before.calls:
        values["network"] = [*draft.calls]
    if draft.frozen != before.frozen:
        values["train.freeze"] = [*draft.frozen]
    return values or {"network": [*draft.calls]}
