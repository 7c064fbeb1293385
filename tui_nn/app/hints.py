"""What a first start leads through: one thing after the other, each until it was done."""

from tui_nn.views.desk import Desk

HINTS = (
    ("go('phase')", "p goes one phase further"),
    ("go_back('phase')", "P takes that phase back"),
)
"""Actions, each with the words that lead to it: five at most."""


class Hints:
    """The way through them."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._left = desk, list(HINTS)
        self._show()

    def hear(self, action: object) -> None:
        """Something is done: what was hinted at is over."""
        if self._left and action == self._left[0][0]:
            del self._left[0]
            self._show()

    def _show(self) -> None:
        self._desk.hint = self._left[0][1] if self._left else ""
