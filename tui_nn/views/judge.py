"""Says which checks of a lesson have happened, from what a run tells."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui_nn.spec.call import parse
from tui_nn.spec.checks import Condition, InPhase, InState, Number, Reached, Setting
from tui_nn.spec.deeds import place_of
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.lesson import Lesson
from tui_nn.spec.protocol import Evaluated
from tui_nn.spec.protocol.lines import Told

if TYPE_CHECKING:
    from tui_nn.views.world import World


class Judge:
    """Waits for the checks of the slides that are looked at; what was met once stays met."""

    def __init__(self, lesson: Lesson) -> None:
        self._slides = lesson.slides
        self.met: set[int] = set()
        """The slides whose check has happened, counted from 0."""
        self._at: tuple[int, ...] = ()
        self._furthest = (0, 0)
        """The place that training has come to since they are looked at."""
        self._went_back = False

    def turn_to(self, slides: Sequence[int], world: "World") -> None:
        """These slides are looked at from now on: what comes counts for their checks alone."""
        self._at, self._went_back = tuple(slides), False
        self._furthest = place_of(world.present)
        self.look(world, world.present)

    def look(self, world: "World", told: Told) -> None:
        """The world has taken in what was told."""
        place = place_of(world.present)
        self._went_back |= place < self._furthest
        self._furthest = max(self._furthest, place)
        for slide in self._at:
            check = self._slides[slide].check
            if check and all(self._happens(condition, world, told) for condition in check):
                self.met.add(slide)

    def _happens(self, condition: Condition, world: "World", told: Told) -> bool:
        present = world.present
        match condition:
            case Reached():
                done = present.step if condition.unit == "step" else present.epoch
                return done >= condition.count
            case InPhase():
                return present.phase == condition.phase
            case InState():
                return present.state == condition.state
            case Number():
                return _lies(condition, _number(condition, world, told))
            case Setting():
                return _is_set(condition, world)
            case _:
                return self._went_back


def is_recorded(check: tuple[Condition, ...]) -> bool:
    """Whether a run's records tell all that a check asks for."""
    return all(condition.is_recorded for condition in check)


def _number(wanted: Number, world: "World", told: Told) -> float | None:
    """As an evaluation tells it that comes now, or told it last on the way to here."""
    if wanted.name == "lr":
        return world.present.lr
    evaluated = told if isinstance(told, Evaluated) else world.evaluated
    if evaluated is None:
        return None
    part = wanted.part or ("train" if evaluated.val is None else "val")
    numbers: Mapping[str, float | None] = getattr(evaluated, part) or {}
    return numbers.get(wanted.name)


def _lies(limits: Number | Setting, value: Any) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    low, high = limits.at_least, limits.at_most
    return (low is None or value >= low) and (high is None or value <= high)


def _is_set(wanted: Setting, world: "World") -> bool:
    if world.started is None:
        return False
    now = _as_written(world.setting(wanted.key))
    if wanted.value is not None:
        return bool(now == _as_written(wanted.value))
    if wanted.call is not None:
        texts = now if isinstance(now, tuple) else (now,)
        return any(isinstance(t, str) and t.partition("(")[0] == wanted.call for t in texts)
    if wanted.at_least is not None or wanted.at_most is not None:
        return _lies(wanted, now)
    return any(change.key == wanted.key for change in world.changes)


def _as_written(value: Any) -> Any:
    """Calls in one spelling, lists as tuples."""
    if isinstance(value, list | tuple):
        return tuple(map(_as_written, value))
    if not isinstance(value, str):
        return value
    try:
        return str(parse(value))
    except InvalidInput:
        return value
