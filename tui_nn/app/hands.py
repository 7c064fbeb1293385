"""What lies between a person and every app: keys as they come, words that stay for a moment."""

from typing import Any

from textual import events
from textual.app import App
from textual.timer import Timer

from tui_nn.app.burst import Burst, Capitals
from tui_nn.app.driver import SturdyDriver
from tui_nn.app.keys import CAPITALS
from tui_nn.views.desk import Desk

ASKED_S = 0.2
"""So long after a key its action has said what it has to say."""
SAID_S = 3.0
"""So long words of the app stand in the moment's line."""


class Hands(App[int]):
    """An app whose home screen is driven by single keys."""

    desk: Desk

    def __init__(self, *, colour: bool = True) -> None:
        # Without colours: the terminal's own two.
        super().__init__(driver_class=SturdyDriver, ansi_color=None if colour else True)
        self.failure: Exception | None = None
        """What went wrong in the app itself, for whoever started it."""
        self._silence: Timer | None = None
        self._burst = Burst(self._hand_on, self._refuse_paste, lambda: self.message_queue_size > 0)
        self._capitals = Capitals(CAPITALS)
        self._early: list[events.Key] | None = []
        """Keys that came before there was anything to answer them; None afterwards."""

    def _handle_exception(self, error: Exception) -> None:
        """Leave; Textual's page about it is left out: `-v` shows the traceback, as everywhere."""
        self.failure = self.failure or error
        super()._handle_exception(error)
        self._exit_renderables.clear()

    def _show(self) -> None:
        """The desk has changed."""
        raise NotImplementedError

    def say(self, words: str, seconds: float = SAID_S) -> None:
        """Words for a moment, in the moment's line: nothing is covered."""
        self.desk.words = words
        if self._silence is not None:
            self._silence.stop()
        self._silence = self.set_timer(seconds, self.hush)
        self._show()

    def hush(self) -> None:
        """Take away what was said."""
        if self.desk.words:
            self.desk.words = ""
            self._show()

    async def on_event(self, event: events.Event) -> None:
        """On the home screen characters pass through `Burst`; in a field all is text."""
        if isinstance(event, events.Key) and self._early is not None:
            self._early.append(event)
            return
        if (
            isinstance(event, events.Key)
            and not event.is_forwarded
            and len(self.screen_stack) == 1
            and self._burst.takes(event)
        ):
            return
        await super().on_event(event)

    async def run_action(self, *arguments: Any, **named: Any) -> bool:
        """What was said before is over once something is done."""
        self.hush()
        return await super().run_action(*arguments, **named)

    def _ask_about_capitals(self) -> None:
        """Beside what the last one did says itself."""
        words = self.desk.words
        self.say(f"{words}   Caps Lock?" if words else "Caps Lock? capitals go back")

    async def _answer_keys(self) -> None:
        """From now on, those first that came already."""
        early, self._early = self._early or [], None
        for key in early:
            await self.on_event(key)

    def _hand_on(self, key: events.Key) -> None:
        self.call_later(super().on_event, key)
        if self._capitals.take(key.character):
            self.set_timer(ASKED_S, self._ask_about_capitals)

    def _refuse_paste(self) -> None:
        self.say("pasted text does nothing here")

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._refuse_paste()
