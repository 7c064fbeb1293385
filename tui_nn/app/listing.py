"""`:`: every action by name."""

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Click
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tui_nn.app.keys import ACTIONS, Action
from tui_nn.views.ink import PALETTES
from tui_nn.views.panels.registry import PANELS
from tui_nn.views.world import World


class ActionList(ModalScreen[str]):
    """A field to type into, and the actions whose words hold all that was typed."""

    DEFAULT_CSS = """
    ActionList { align: center middle; }
    ActionList > Vertical {
        width: 64; max-width: 100%; height: 80%; border: round $primary; background: $surface;
    }
    ActionList OptionList:nocolor > .option-list--option-highlighted { text-style: bold underline; }
    ActionList.ascii > Vertical { border: ascii $primary; }
    ActionList.ascii OptionList { scrollbar-size: 0 0; }
    ActionList Input, ActionList Input:focus { border: none; height: 1; padding: 0 1; }
    ActionList OptionList, ActionList OptionList:focus {
        border: none; height: 1fr; background: $surface;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss('')", show=False),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
    ]

    def __init__(self, actions: Sequence[Action], *, ascii_only: bool = False) -> None:
        super().__init__(classes="ascii" if ascii_only else "")
        self._actions = actions

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "every action"
            box.border_subtitle = "enter does it   escape back"
            yield Input(placeholder="type a few letters", select_on_focus=False)
            yield OptionList()

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self.query_one(Input).focus()

    def on_resize(self) -> None:
        """Lines are as long as there is room, which is known afterwards."""
        self.call_after_refresh(self._fill)

    def on_click(self, click: Click) -> None:
        """Beside it: back."""
        if click.widget is self:
            self.dismiss("")

    def on_input_changed(self) -> None:
        self._fill()
        self.query_one(OptionList).action_first()

    def _fill(self) -> None:
        typed, listed = self.query_one(Input).value, self.query_one(OptionList)
        here = listed.highlighted or 0
        listed.clear_options()
        listed.add_options(
            Option(_line(action, listed.size.width), id=str(self._actions.index(action)))
            for action in matching(typed, self._actions)
        )
        if listed.option_count:
            listed.highlighted = min(here, listed.option_count - 1)

    def action_move(self, way: int) -> None:
        listed = self.query_one(OptionList)
        if listed.option_count and listed.highlighted is not None:
            listed.highlighted = (listed.highlighted + way) % listed.option_count

    def on_input_submitted(self) -> None:
        self._choose()

    def on_option_list_option_selected(self) -> None:
        self._choose()

    def _choose(self) -> None:
        listed = self.query_one(OptionList)
        option = listed.highlighted_option
        if option is not None and option.id is not None:
            self.dismiss(self._actions[int(option.id)].name)


def every_action(world: World) -> list[Action]:
    """The actions that have keys; then each theme, and each view that has something to show."""
    themes = [Action(f"use_theme({name!r})", f"theme {name}", "Show", ()) for name in PALETTES]
    views = [
        Action(
            f"use_view({number}, {view.name!r})", f"view {view.name} in {panel.title}", "Show", ()
        )
        for number, panel in PANELS.items()
        for view in panel.suiting(world)
        if len(panel.suiting(world)) > 1
    ]
    return [*ACTIONS, *views, *themes]


def matching(typed: str, actions: Sequence[Action]) -> list[Action]:
    """Actions whose head or words hold every word that was typed."""
    words = typed.lower().split()
    return [a for a in actions if all(w in f"{a.head} {a.words}".lower() for w in words)]


def _line(action: Action, width: int) -> str:
    """Head, words and key in columns; without the head where it is narrow, long words hanging."""
    if width >= 60:
        return f"{action.head:<8} {action.words:<39} {action.key}"
    lines = wrap(action.words, max(8, width - 12)) or [""]
    return f"{action.key:<9} " + f"\n{'':<10}".join(lines)
