"""Keys as they come on the home screen: a paste without brackets is no burst of commands."""

import asyncio
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from textual import events

PASTED_KEYS, PASTED_S = 8, 0.02
"""So many printable characters within so long were not typed."""
HELD_S = 0.004
"""A character waits so long for the next one."""
MOST_WAITS = 10
CAPITALS = 3


class Burst:
    """Holds characters for a moment, then hands them on; those of a paste go nowhere."""

    def __init__(
        self,
        hand_on: Callable[[events.Key], None],
        pasted: Callable[[], None],
        more_is_coming: Callable[[], bool],
    ) -> None:
        """`more_is_coming`: whether keys that were read wait to be taken."""
        self._hand_on, self._pasted, self._more_is_coming = hand_on, pasted, more_is_coming
        self._held: list[events.Key] = []
        self._timer: asyncio.TimerHandle | None = None
        self._is_paste = False
        self._last_s = 0.0
        self._waits = 0

    def takes(self, key: events.Key) -> bool:
        """Whether it is kept for now; else it is to be answered at once."""
        since_s, self._last_s = key.time - self._last_s, key.time
        self._is_paste = self._is_paste and since_s <= PASTED_S
        if self._is_paste and _is_text(key):
            return True
        if not self._held and not key.is_printable:
            return False
        if self._held and key.time - self._held[0].time > PASTED_S:
            self._let_go()
        self._held.append(key)
        self._waits = 0
        self._wait()
        return True

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(HELD_S, self._end)

    def _end(self) -> None:
        self._waits += 1
        if self._more_is_coming() and self._waits < MOST_WAITS:
            self._wait()
        else:
            self._let_go()

    def _let_go(self) -> None:
        held, self._held = self._held, []
        if is_pasted([key.character or "" for key in held if key.is_printable]):
            self._is_paste = True
            self._pasted()
            return
        for key in held:
            self._hand_on(key)


def is_pasted(characters: list[str]) -> bool:
    """Whether what came at once is text; a key that is held down is not."""
    return len(characters) >= PASTED_KEYS and len(set(characters)) > 1


def _is_text(key: events.Key) -> bool:
    return key.is_printable or key.key in ("enter", "tab", "ctrl+j")


class Capitals:
    """Notices a Caps Lock that nobody meant."""

    def __init__(self, meant: AbstractSet[str]) -> None:
        """`meant`: the capitals that do something."""
        self._meant = meant
        self._row = ""
        self._is_said = self._was_said_of_meant = False

    def take(self, character: str | None) -> bool:
        """Whether it is to be said: at the third capital in a row, with no small letter between.

        One and the same capital again and again is a way back, once more and once more. Several
        that all do something may be one too: of such it is said once.
        """
        if not character or not character.isalpha():
            return False
        if not character.isupper():
            self._row, self._is_said = "", False
            return False
        self._row = f"{self._row}{character}"[-CAPITALS:]
        if self._is_said or len(self._row) < CAPITALS or len(set(self._row)) == 1:
            return False
        if self._meant >= set(self._row):
            if self._was_said_of_meant:
                return False
            self._was_said_of_meant = True
        self._is_said = True
        return True
