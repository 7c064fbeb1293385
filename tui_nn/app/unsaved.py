"""What a person has changed of an experiment and no file holds yet; kept in case of a crash."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tui_nn.app.drafts import Draft, Held, left_behind, new_draft
from tui_nn.app.settings import Settings
from tui_nn.runs.folder import Folder
from tui_nn.spec.errors import InvalidInput
from tui_nn.spec.finding import find_experiment, presets_folder
from tui_nn.spec.protocol import Started
from tui_nn.spec.protocol.lines import Told
from tui_nn.spec.protocol.messages import Answer, Present
from tui_nn.views.desk import Desk
from tui_nn.views.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from tui_nn.spec.changes import Difference

Layers = tuple[tuple[str, ...], tuple[int, ...]]
"""The calls of a network, and which of them are frozen."""
NO_LAYERS: Layers = ((), ())
BUILT = frozenset({"network", "data"})
"""What of a preset is work when it is changed; all else is play."""


@dataclass(frozen=True)
class Origin:
    """What an experiment came from."""

    of: str
    """As drafts name it."""
    path: Path | None = None
    """A file of the user's own."""
    is_preset: bool = False
    text: str | None = None
    """The TOML that was pasted: nothing else holds it."""


def origin_of(settings: Settings) -> Origin | None:
    """None for a run, which keeps by itself what is changed."""
    if settings.recording is not None or settings.attach:
        return None
    if settings.begun:
        return Origin("", text=settings.text)
    try:
        path = find_experiment(settings.experiment)
    except InvalidInput:
        return Origin(settings.experiment)  # an engine elsewhere knows it
    if Folder(path).is_run:
        return None
    if path.parent == presets_folder():
        return Origin(path.stem, is_preset=True)
    is_own = path.suffix == ".toml" and path.is_file()
    return Origin(str(path.resolve()), path if is_own else None)


class Unsaved:
    """Watches one experiment after the other."""

    def __init__(
        self, world: World, desk: Desk, tried_seeds: "Callable[[], Collection[int]]"
    ) -> None:
        """`tried_seeds`: those that a key has drawn, which nobody wrote."""
        self._world, self._desk, self._tried_seeds = world, desk, tried_seeds
        self.origin: Origin | None = None
        self.found: Draft | None = None
        """What an app that is gone has left of the same."""
        self._left: Held | None = None
        self._base: Mapping[str, Any] | None = None
        """The settings that the file holds; None before they are known."""
        self._seen: Mapping[str, Any] | None = None
        self._own: Held | None = None
        self.layers = NO_LAYERS
        """Of a form that is open, or that could not be taken."""
        self._stage: Literal["loading", "started", "known"] = "loading"

    def open(self, settings: Settings) -> None:
        """Something is opened: what was unsaved before is dropped."""
        self.drop()
        self._leave_found()
        self.origin = origin_of(settings)
        self._base = self._seen = None
        self.layers, self._stage = NO_LAYERS, "loading"

    def engine_is_gone(self) -> None:
        """What was changed may be gone with it: it is looked for when another has begun."""
        self.let_go()
        self._seen, self._stage = None, "loading"

    def let_go(self) -> bool:
        """Leave what is kept to whoever looks for it next; whether it is of this app."""
        self._leave_found()
        own, self._own = self._own, None
        if own is not None:
            own.release()
        return own is not None

    def look(self, told: Told) -> Draft | None:
        """The world has taken in an event: keep what is unsaved where that is another now. Once,
        when all is known: what was left behind.
        """
        origin = self.origin
        if origin is None:
            return None
        if isinstance(told, Started):
            self._stage = "started"
            self._base = self._base or self._world.settings
        elif self._stage == "started" and isinstance(told, Present | Answer):
            self._stage = "known"
            return self._look_for(origin)
        elif self._stage == "known" and self._world.settings is not self._seen:
            self._keep()
        return None

    def _look_for(self, origin: Origin) -> Draft | None:
        self._leave_found()
        pair = left_behind(origin.of) or (left_behind("") if origin.is_preset else None)
        if pair is not None:
            self.found, self._left = pair
            if self.found.of and not self.found.layers and self._has(self.found.changes):
                self.discard()
        self._keep()
        return self.found

    def _has(self, changes: tuple[str, ...]) -> bool:
        """Whether a run that goes on has what was left behind."""
        return {*changes} <= {*self._written()}

    @property
    def changes(self) -> "tuple[Difference, ...]":
        """What is other now than in the file."""
        settings = self._world.settings
        if self._base is None or not settings or settings is self._base:
            return ()
        from tui_nn.spec.changes import differences  # with the catalog: not at the start

        seeds = self._tried_seeds()
        return tuple(
            one for one in differences(self._base, settings)
            if one.key != "train.seed" or one.new not in seeds
        )  # fmt: skip

    @property
    def is_there(self) -> bool:
        """Whether something would be lost."""
        origin = self.origin
        if origin is None or self._base is None:
            return False
        if origin.text is not None or self.layers[0]:
            return True
        if origin.is_preset:
            is_taught = self._desk.slide is not None  # a lesson asks for changes
            return not is_taught and any(one.key in BUILT for one in self.changes)
        return bool(self.changes)

    def edit(self, layers: Layers) -> None:
        """These are edited now, and not taken yet."""
        if layers != self.layers:
            self.layers = layers
            self._keep()

    def saved(self, settings: Settings) -> None:
        """A file holds all of it now."""
        self._base = self._world.settings
        self.origin = origin_of(settings)
        self.drop()

    def drop(self) -> None:
        """It isn't wanted any more."""
        if self._own is not None:
            self._own.remove()
            self._own = None

    def take_found(self) -> Draft | None:
        """What was left behind; from now on it is this app's own."""
        found, held = self.found, self._left
        self.found = self._left = None
        if found is not None and held is not None:
            self.drop()
            self._own = held
        return found

    def discard(self) -> bool:
        """Remove what was left behind; whether there was something."""
        held, self.found, self._left = self._left, None, None
        if held is not None:
            held.remove()
        return held is not None

    def _leave_found(self) -> None:
        held, self.found, self._left = self._left, None, None
        if held is not None:
            held.release()

    def _written(self) -> tuple[str, ...]:
        from tui_nn.spec.trial import written

        return tuple(written(one.key, one.new) for one in self.changes)

    def _keep(self) -> None:
        self._seen = self._world.settings
        origin = self.origin
        if origin is None or not self.is_there:
            self.drop()
            return
        self._own = self._own or new_draft(origin.of)
        if self._own is not None:
            layers, frozen = self.layers
            title = str(self._seen.get("title", ""))
            self._own.write(Draft(
                of=origin.of, title=title, text=origin.text, changes=self._written(),
                layers=layers, frozen=frozen, at_s=time.time(),
            ))  # fmt: skip
