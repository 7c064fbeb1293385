"""Opens the form that belongs to a panel, and asks the engine for what was changed in it."""

from tui_nn.app.driving import Driving
from tui_nn.app.editing.changing import Changing
from tui_nn.app.editing.network import NetworkForm
from tui_nn.app.editing.settings import SettingsForm
from tui_nn.app.showing import Showing
from tui_nn.spec.errors import InvalidInput
from tui_nn.views.network_form import Draft, Inputs
from tui_nn.views.panels.registry import PANELS


class Editor:
    """The forms of one app."""

    def __init__(self, app: Showing, driving: Driving) -> None:
        self._app, self._driving = app, driving
        self._changing = Changing(app.world, driving)
        self._draft: Draft | None = None
        """Layers that could not be taken: they are there when the form is opened again."""

    def open(self, panel: int | None) -> None:
        """The form of a panel 1 … 4; of all settings where it is None."""
        if panel == 1:
            self._open_network()
        else:
            title = "all settings" if panel is None else PANELS[panel].title
            palette = self._app.board.palette
            self._app.push_screen(SettingsForm(title, panel, self._changing, palette))

    def refresh(self) -> None:
        """An engine has answered."""
        top = self._app.screen_stack[-1]
        if isinstance(top, SettingsForm):
            top.refresh_settings()

    def _open_network(self) -> None:
        facts, calls = self._changing.facts, tuple(self._changing.settings.get("network", ()))
        if facts is None:
            self._app.say("this engine doesn't tell what goes in: it is of an older version")
            return
        at = int(self._app.desk.layer.partition(".")[0] or 0) if self._app.desk.layer else 0
        draft = self._draft or Draft(calls).at(at)

        def check(layers: tuple[str, ...]) -> str:
            return self._changing.check({"network": [*layers]})

        def take(found: tuple[tuple[str, ...], bool] | None) -> None:
            self._draft = None
            if found is not None:
                self._take(*found, calls)

        form = NetworkForm(
            draft, calls, Inputs(facts.input_shape, facts.tokens), check, self._app.board.palette
        )
        self._app.push_screen(form, take)

    def _take(self, layers: tuple[str, ...], runs: bool, before: tuple[str, ...]) -> None:
        try:
            if layers != before:
                self._app.say(self._changing.apply({"network": [*layers]}))
        except InvalidInput as error:
            self._draft = Draft(layers)
            self._app.say(f"not taken, kept for enter: {error.message}")
            return
        if runs:
            self._driving.run_or_pause()
