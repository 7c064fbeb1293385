"""What is on the screen, engine or none: panels, views, themes, what lies over the home screen."""

from dataclasses import replace

from textual.events import CursorPosition

from tui_nn.app.board import Board
from tui_nn.app.hands import Hands
from tui_nn.app.terminal import WIDTH_ASKED, says_wide
from tui_nn.views.desk import LOOK_FOR, Desk
from tui_nn.views.home import plan
from tui_nn.views.ink import PALETTES, Palette, ThemeName
from tui_nn.views.layout import CHOICES, NARROW
from tui_nn.views.panels.registry import PANELS
from tui_nn.views.world import World


class Showing(Hands):
    """An app with the board on its home screen."""

    def __init__(self, desk: Desk, palette: Palette) -> None:
        super().__init__(colour=palette.colour)
        self.world, self.desk = World(), desk
        self.board = Board(self.world, desk, palette)

    def on_mount(self) -> None:
        self._obey_theme()
        self.board.focus()
        if self._driver is not None and not self.board.palette.ascii_only:
            self._driver.write(WIDTH_ASKED)

    def on_cursor_position(self, answer: CursorPosition) -> None:
        """Characters that take two cells have torn what was painted: all of it comes anew."""
        if says_wide(answer):
            self.board.palette = replace(self.board.palette, ascii_only=True)
            self._show()
            self.refresh()

    def action_panel(self, number: int) -> None:
        desk = self.desk
        has_words = self.world.setting("about") or self.world.lesson is not None
        if number == LOOK_FOR and not has_words:
            self.say("this experiment says nothing to look for")
            return
        over = self.size.width < NARROW and number in CHOICES and not desk.full
        desk.beneath = desk.beneath if desk.focus in CHOICES else desk.focus
        if desk.focus == number and desk.full:
            self._uncover()
        elif over and desk.open != number:
            desk.open = desk.focus = number
        else:
            shown = [slot.panel for slot in self.board.home.slots]
            has_no_room = len(shown) > 1 and number not in shown and not over
            desk.full |= desk.focus == number or has_no_room
            desk.open = number if over and not desk.full else None
            desk.focus = number
        self._show()

    def _uncover(self) -> None:
        """What lies over the home screen is gone, and with it the focus."""
        from tui_nn.views.panels.update_next import NAME, NUMBER

        desk = self.desk
        desk.full, desk.open = False, None
        if desk.lent.get(NUMBER) == NAME:
            del desk.lent[NUMBER]
        shown = [slot.panel for slot in plan(self.world, desk, self.size).slots]
        is_narrow = self.size.width < NARROW
        if desk.focus not in shown or (is_narrow and desk.focus in CHOICES):
            desk.focus = desk.beneath

    def beside_each_other(self) -> None:
        """Every optimizer's next step in 7 Update, on the whole screen; or as it was before."""
        from tui_nn.views.panels.update_next import NAME, NUMBER  # not at the start

        desk = self.desk
        shown = PANELS[NUMBER].view(self.world, desk).name
        if desk.full and desk.focus == NUMBER and shown == NAME:
            self._uncover()
        else:
            desk.lent[NUMBER] = NAME
            desk.full, desk.open, desk.focus = True, None, NUMBER
        self._show()

    def action_next_panel(self, way: int) -> None:
        visible = [slot.panel for slot in self.board.home.slots]
        if len(visible) < 2:
            visible = [*range(1, 9)]
        here = visible.index(self.desk.focus) if self.desk.focus in visible else 0
        self.desk.focus = visible[(here + way) % len(visible)]
        self._show()

    def action_full(self) -> None:
        self.desk.full = not self.desk.full
        self._show()

    def action_view(self, way: int) -> None:
        panel = PANELS[self.desk.focus]
        views = panel.suiting(self.world)
        if len(views) == 1:
            self.say("one view here")
            return
        here = views.index(panel.view(self.world, self.desk))
        self.desk.lent.pop(panel.number, None)
        name = views[(here + way) % len(views)].name
        self.desk.chosen[self.world.kind, panel.number] = name
        self._show()

    def action_use_view(self, number: int, name: str) -> None:
        self.desk.lent.pop(number, None)
        self.desk.chosen[self.world.kind, number] = name
        if self.desk.focus != number:
            self.action_panel(number)
        self._show()

    def action_theme(self) -> None:
        names = list(PALETTES)
        self.action_use_theme(names[(names.index(self.board.palette.name) + 1) % len(names)])

    def action_use_theme(self, name: ThemeName) -> None:
        old = self.board.palette
        self.board.palette = replace(PALETTES[name], colour=old.colour, ascii_only=old.ascii_only)
        self._obey_theme()
        self.say(f"theme {name}")

    def _obey_theme(self) -> None:
        """What lies over the home screen has the same colours."""
        self.theme = "textual-light" if self.board.palette.name == "light" else "textual-dark"

    def _close_top(self) -> bool:
        """Close what lies over the home screen; whether there was something."""
        if self.desk.full or self.desk.open is not None:
            self._uncover()
            self._show()
            return True
        return False

    def action_capture(self) -> None:
        try:
            self.say(f"saved {self.save_screenshot()}")
        except OSError as error:
            self.say(f"no picture: {error.strerror}")

    # Pages and lists have widgets of their own, loaded when they are wanted: not at the start.

    def action_explain(self) -> None:
        from tui_nn.app.explaining import Explanation, pages

        panel = PANELS[self.desk.focus]
        view = panel.view(self.world, self.desk)
        found = pages(panel, view, self.world, self.desk)
        self.push_screen(Explanation(found, self.board.palette))

    async def _do(self, name: str | None) -> None:
        if name:
            await self.run_action(name)

    def action_list_all(self) -> None:
        from tui_nn.app.listing import ActionList, every_action

        found = ActionList(every_action(self.world), self.board.palette)
        self.push_screen(found, self._do)
