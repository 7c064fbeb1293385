"""Whether every layer learns, in words: what vanishes, explodes or sleeps, and what helps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tui_nn.spec.diagnosis import gradients, units
from tui_nn.spec.diagnosis.evidence import Evidence
from tui_nn.spec.diagnosis.finding import Finding, Name
from tui_nn.views.evidence import evidence
from tui_nn.views.layer_names import LAYERS
from tui_nn.views.numbers import counted
from tui_nn.views.world import World

Kind = Literal["", "vanishing", "exploding", "asleep"]
KINDS: dict[Name, Kind] = {
    "vanishing": "vanishing", "exploding": "exploding", "asleep": "asleep", "idle": "asleep",
    "dead": "asleep",
}  # fmt: skip
RULES = (
    gradients.nonfinite, gradients.exploding, gradients.idle, gradients.vanishing, units.dead,
)  # fmt: skip
"""Those that the gradient of this moment alone decides, the worst first."""


@dataclass(frozen=True)
class Verdict:
    """What is to be said of the gradients of one moment."""

    sign: Literal["✓", "!", "✗"]
    short: str
    """In at most 34 cells."""
    sentences: tuple[str, ...] = ()
    """The same at length, then what helps and why it is so, where there is room."""
    note: str = "all layers learn"
    """For the panel's title."""
    kind: Kind = ""
    """What is wrong; empty where nothing is, or where it has no name."""


def verdict(world: World) -> Verdict | None:
    """The worst that can be said of the layers that train; None before the first gradient."""
    frame = world.frame(LAYERS)
    rows = gradients.with_gradient(frame)
    if not rows:
        return None
    seen = Evidence(layers=frame, first_gradient=world.heat.first)
    found = next((finding for rule in RULES if (finding := rule(seen)) is not None), None)
    if found is None:
        return Verdict("✓", "no layer vanishes or explodes")
    sentences = tuple(text for text in (found.said, _helps(found, world), found.why) if text)
    note = _note(found, seen, len(rows))
    return Verdict(found.sign, found.short, sentences, note, KINDS.get(found.name, ""))


def _note(found: Finding, seen: Evidence, count: int) -> str:
    if found.name == "nonfinite":
        return ""
    if found.name == "dead":
        return found.short.replace(" of units", "")
    asleep = len(gradients.sleeping(gradients.with_gradient(seen.layers)))
    return f"{asleep} of {counted(count, 'layer')} asleep" if asleep else "all layers learn"


def _helps(found: Finding, world: World) -> str:
    """What may be done about it in this network; tried once, since a picture is painted often."""
    plan = world.plan
    if plan is None:
        return ""
    key = found.name, found.layer
    if key not in world.chosen.helps:
        from tui_nn.spec.diagnosis.remedies import remedies  # all of the catalog: not at the start

        ways = [remedy.words for remedy in remedies(found, evidence(world))]
        if found.name == "vanishing" and not ways:
            ways = ["fewer layers"]
        world.chosen.helps[key] = f"What helps: {listed(ways)}." if ways else ""
    return world.chosen.helps[key]


def listed(words: Sequence[str]) -> str:
    """`a, b or c`."""
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
