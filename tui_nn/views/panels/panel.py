"""What a panel is: a number, a name, and the views among which `v` changes."""

from collections.abc import Callable
from dataclasses import dataclass

from tui_nn.spec.protocol.frames import Probes
from tui_nn.views.canvas import Canvas
from tui_nn.views.desk import Desk
from tui_nn.views.layout import Heights
from tui_nn.views.world import World

Size = tuple[int, int]
"""Columns and rows of a view."""


def _always(world: World) -> bool:
    return True


def _nothing(world: World, desk: Desk) -> str:
    return ""


def _no_probes(world: World, desk: Desk, size: Size) -> tuple[Probes, ...]:
    return ()


def _some_rows(world: World, width: int) -> Heights:
    return Heights(1)


def _no_key(world: World, desk: Desk, key: str) -> bool:
    return False


@dataclass(frozen=True)
class View:
    """One way to show what a panel is about.

    Every function reads the world and the desk and changes neither, but `press`, which may change
    the desk.
    """

    name: str
    paint: Callable[[Canvas, World, Desk], None]
    """Fills a canvas that has the view's size."""
    suits: Callable[[World], bool] = _always
    """Whether it has something to show for this experiment."""
    probes: Callable[[World, Desk, Size], tuple[Probes, ...]] = _no_probes
    """What has to be watched for it, while it is visible."""
    note: Callable[[World, Desk], str] = _nothing
    """The words at the right of the title."""
    rows: Callable[[World, int], Heights] = _some_rows
    """What it has use for in so many columns, where it stands at the left."""
    press: Callable[[World, Desk, str], bool] = _no_key
    """Answers a key while the panel is in focus: `up`, `down`, `left`, `right`, `enter` or a
    letter; whether it did.
    """
    keys: tuple[tuple[str, str], ...] = ()
    """Keys of its own and what they do, for help."""


@dataclass(frozen=True)
class Panel:
    """A panel of the home screen."""

    number: int
    name: str
    views: tuple[View, ...]

    def suiting(self, world: World) -> tuple[View, ...]:
        """The views that have something to show; never none."""
        return tuple(view for view in self.views if view.suits(world)) or self.views[-1:]

    def view(self, world: World, desk: Desk) -> View:
        """The one chosen, else the first that suits."""
        suiting = self.suiting(world)
        chosen = desk.chosen.get((world.kind, self.number))
        return next((view for view in suiting if view.name == chosen), suiting[0])

    @property
    def title(self) -> str:
        return f"{self.number} {self.name}" if self.number else self.name
